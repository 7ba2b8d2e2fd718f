// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// One member of an archive, as it says it is. Nothing here has been checked against the tree that it goes into.
package struct ArchiveEntry: Sendable {
    /// What is to be made.
    package enum Kind: Sendable, Equatable {
        case directory
        /// Bytes, holes included.
        case regular(size: Int64)
        case symbolicLink(target: [UInt8])
        /// Another name of the member with this path.
        case hardLink(target: EntryPath)
        case characterDevice(major: UInt32, minor: UInt32)
        case blockDevice(major: UInt32, minor: UInt32)
        case fifo
        case socket
    }

    package let path: EntryPath
    package let kind: Kind
    /// Permission bits with set-id and sticky bits, 0 to 0o7777.
    package let permissions: UInt32
    package let user: UInt32
    package let group: UInt32
    package let modified: FileTime
    package let attributes: [ExtendedAttribute]
}

/// Where a member belongs beneath the root: names that are neither empty nor `.` nor `..`.
package struct EntryPath: Sendable, Hashable {
    /// The names on the way; none for the root itself.
    package let names: [[UInt8]]

    /// `PATH_MAX` without its NUL, and `NAME_MAX`: no filesystem takes more.
    private static let longest = 4095
    private static let longestName = 255

    /// Checks a path as an archive has it.
    ///
    /// - Throws: ``ImageFailure`` for a path that is empty, absolute, too long, or that climbs with `..`.
    package init(checking bytes: [UInt8]) throws(ImageFailure) {
        let text = shown(String(kernelBytes: bytes))
        if bytes.isEmpty { throw ImageFailure("a member has no name") }
        if bytes.contains(0) { throw ImageFailure("the name of the member \(text) has a NUL in it") }
        if bytes[0] == 0x2F { throw ImageFailure("the member \(text) has an absolute path") }
        if bytes.count > Self.longest { throw ImageFailure("the path of the member \(text) has more than \(Self.longest) bytes") }
        var names: [[UInt8]] = []
        for name in bytes.split(separator: 0x2F) where name != [0x2E] {
            if name == [0x2E, 0x2E] { throw ImageFailure("the path of the member \(text) goes up with \"..\"") }
            if name.count > Self.longestName { throw ImageFailure("a name in \(text) has more than \(Self.longestName) bytes") }
            names.append(Array(name))
        }
        self.names = names
    }

    /// A path of which every name is known to be fine.
    init(names: [[UInt8]]) { self.names = names }

    package var isRoot: Bool { names.isEmpty }
    package var name: [UInt8] { names.last ?? [] }
    package var parent: EntryPath { EntryPath(names: Array(names.dropLast())) }
    /// The path for the kernel and for messages; `.` for the root.
    package var text: String { isRoot ? "." : String(kernelBytes: Array(names.joined(separator: [0x2F]))) }
}
