// SPDX-License-Identifier: Apache-2.0
package import LXCCgroups
import LinuxKernel

/// What CONSOLE_LOG asks for: 24 bytes on the wire.
package struct ConsoleLogQuery: Sendable, Hashable {
    static let size = 24

    /// Empty the ring buffer.
    package var clear: Bool
    /// Return its content.
    package var read: Bool
    /// The most bytes to return; 0 for all.
    package var limit: UInt64
    /// Write the content to the log file.
    package var writeLogFile: Bool

    package init(clear: Bool = false, read: Bool = false, limit: UInt64 = 0, writeLogFile: Bool = false) {
        self.clear = clear
        self.read = read
        self.limit = limit
        self.writeLogFile = writeLogFile
    }

    init?(decoding bytes: [UInt8]) {
        let reader = WireReader(bytes)
        guard bytes.count == Self.size, let clear = reader.integer(UInt8.self, at: 0), let read = reader.integer(UInt8.self, at: 1),
            let limit = reader.integer(UInt64.self, at: 8), let write = reader.integer(UInt8.self, at: 16)
        else { return nil }
        self.init(clear: clear != 0, read: read != 0, limit: limit, writeLogFile: write != 0)
    }

    var encoded: [UInt8] {
        var writer = WireWriter(size: Self.size)
        writer.put(UInt8(clear ? 1 : 0), at: 0)
        writer.put(UInt8(read ? 1 : 0), at: 1)
        writer.put(limit, at: 8)
        writer.put(UInt8(writeLogFile ? 1 : 0), at: 16)
        return writer.bytes
    }
}

/// One rule for the cgroup2 device program: 40 bytes on the wire.
package struct DeviceRuleMessage: Sendable, Hashable {
    static let size = 40

    /// Which kind of node.
    package typealias Kind = DeviceRule.Kind

    package var kind: Kind
    /// Device numbers; -1 for any.
    package var major: Int32
    package var minor: Int32
    /// A subset of `rwm`.
    package var access: String
    package var isAllowed: Bool

    package init(kind: Kind, major: Int32, minor: Int32, access: String, isAllowed: Bool) {
        self.kind = kind
        self.major = major
        self.minor = minor
        self.access = access
        self.isAllowed = isAllowed
    }

    init?(decoding bytes: [UInt8]) {
        let reader = WireReader(bytes)
        guard bytes.count == Self.size, let kind = reader.integer(UInt8.self, at: 0).flatMap(Kind.init(rawValue:)),
            let major = reader.integer(Int32.self, at: 4), let minor = reader.integer(Int32.self, at: 8), major >= -1, minor >= -1,
            let access = reader.text(at: 12, size: 4), Self.isAccess(access), let allow = reader.integer(Int32.self, at: 16),
            allow == 0 || allow == 1
        else { return nil }
        self.init(kind: kind, major: major, minor: minor, access: access, isAllowed: allow == 1)
    }

    var encoded: [UInt8] {
        var writer = WireWriter(size: Self.size)
        writer.put(kind.rawValue, at: 0)
        writer.put(major, at: 4)
        writer.put(minor, at: 8)
        _ = writer.put(access, at: 12, size: 4)
        writer.put(Int32(isAllowed ? 1 : 0), at: 16)
        return writer.bytes
    }

    private static func isAccess(_ text: String) -> Bool {
        !text.isEmpty && Set(text).count == text.count && text.allSatisfy { "rwm".contains($0) }
    }
}

/// How the monitor's host arranges its cgroups.
package struct CgroupArrangement: Sendable, Hashable {
    /// The layout's number on the wire.
    package enum Layout: Int32, Sendable { case unknown = -1, legacy = 0, hybrid = 1, unified = 2 }

    package var layout: Layout
    /// cgroup2 only: bit 0 devices by a BPF program, bit 1 freezer.
    package var utilities: UInt32

    package init(layout: Layout, utilities: UInt32) {
        self.layout = layout
        self.utilities = utilities
    }
}

/// A cgroup filesystem, by the magic number of `statfs(2)`.
package enum CgroupFilesystem: Int32, Sendable {
    case version1 = 0x0027_e0eb
    case version2 = 0x6367_7270
}

/// What GET_CGROUP_FD and GET_LIMIT_CGROUP_FD ask for and answer: 80 bytes on the wire.
package struct CgroupDescriptorRecord: Sendable, Hashable {
    static let size = 80
    private static let nameOffset = 16
    private static let nameSize = 64

    package var arrangement: CgroupArrangement
    /// `nil` in a request: either version.
    package var filesystem: CgroupFilesystem?
    package var controller: String
    /// How many bytes the client's record has: an answer never has more.
    package var room: Int

    package init(
        controller: String, filesystem: CgroupFilesystem? = nil,
        arrangement: CgroupArrangement = CgroupArrangement(layout: .legacy, utilities: 0), room: Int = 80
    ) {
        self.controller = controller
        self.filesystem = filesystem
        self.arrangement = arrangement
        self.room = room
    }

    /// Reads the record of an older or newer client; `nil` when there is no controller name or an unknown filesystem in it.
    init?(decoding bytes: [UInt8]) {
        let padded = Array(bytes.prefix(Self.size)) + [UInt8](repeating: 0, count: max(0, Self.size - bytes.count))
        let reader = WireReader(padded)
        guard let type = reader.integer(Int32.self, at: 8), let name = reader.text(at: Self.nameOffset, size: Self.nameSize),
            !name.isEmpty, type == 0 || CgroupFilesystem(rawValue: type) != nil
        else { return nil }
        let layout = reader.integer(Int32.self, at: 0).flatMap(CgroupArrangement.Layout.init(rawValue:)) ?? .unknown
        let arrangement = CgroupArrangement(layout: layout, utilities: reader.integer(at: 4) ?? 0)
        let filesystem = CgroupFilesystem(rawValue: type)
        self.init(controller: name, filesystem: filesystem, arrangement: arrangement, room: min(bytes.count, Self.size))
    }

    var encoded: [UInt8] {
        var writer = WireWriter(size: Self.size)
        writer.put(arrangement.layout.rawValue, at: 0)
        writer.put(arrangement.utilities, at: 4)
        writer.put(filesystem?.rawValue ?? 0, at: 8)
        // No descriptor number of this process means anything to the other end.
        writer.put(Int32(-9), at: 12)
        _ = writer.put(controller, at: Self.nameOffset, size: Self.nameSize)
        return Array(writer.bytes.prefix(room))
    }
}

/// The head of GET_CGROUP_CTX's answer: 96 bytes on the wire; the descriptors themselves ride beside it.
package struct CgroupContextRecord: Sendable, Hashable {
    static let size = 96
    /// How many hierarchies the record can name.
    package static let mostHierarchies = 20

    package var arrangement: CgroupArrangement
    /// How many hierarchies there are, 0 to 20.
    package var count: Int

    package init(arrangement: CgroupArrangement, count: Int) {
        self.arrangement = arrangement
        self.count = count
    }

    init?(decoding bytes: [UInt8]) {
        let reader = WireReader(bytes)
        guard let layout = reader.integer(Int32.self, at: 0), let utilities = reader.integer(UInt32.self, at: 4),
            let count = reader.integer(UInt32.self, at: 8), count <= UInt32(Self.mostHierarchies)
        else { return nil }
        let known = CgroupArrangement.Layout(rawValue: layout) ?? .unknown
        self.init(arrangement: CgroupArrangement(layout: known, utilities: utilities), count: Int(count))
    }

    func encoded(room: Int) -> [UInt8] {
        var writer = WireWriter(size: Self.size)
        writer.put(arrangement.layout.rawValue, at: 0)
        writer.put(arrangement.utilities, at: 4)
        writer.put(UInt32(clamping: count), at: 8)
        for index in 0..<Self.mostHierarchies { writer.put(Int32(-9), at: 12 + index * 4) }
        return Array(writer.bytes.prefix(room))
    }
}
