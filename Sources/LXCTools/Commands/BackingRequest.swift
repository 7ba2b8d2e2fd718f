// SPDX-License-Identifier: Apache-2.0
import LXCStorage

/// Where a new container's root filesystem is to be kept: the `-B` options of `lxc-create`.
package struct BackingRequest: Sendable, Equatable {
    /// Kinds of storage; the raw values are the words of `-B`.
    package enum Kind: String, Sendable, CaseIterable {
        case none, dir, best, btrfs, loop, lvm, nbd, overlay, rbd, zfs

        /// Reads a word; today's names and those of LXC 1.0.
        init?(word: String) { self.init(rawValue: StorageKind(word: word)?.rawValue ?? word) }

        /// Nil for the two words that are no kind.
        var storage: StorageKind? { StorageKind(rawValue: rawValue) }
        var isBlockDevice: Bool { storage?.capabilities.contains(.blockDevice) == true }
    }

    /// The kinds to try in this order; empty means a plain directory.
    package var kinds: [Kind] = []
    /// Whether an overlay was asked for by the name that LXC 1.0 gave it, and gets the folders of that time.
    package var isHistoric = false
    /// Absolute path of the root filesystem.
    package var directory: String?
    package var logicalVolume: String?
    package var volumeGroup: String?
    package var thinPool: String?
    package var filesystem: String?
    package var sizeInBytes: UInt64?
    package var zfsRoot: String?
    package var rbdName: String?
    package var rbdPool: String?
    package var rbdUser: String?

    package init() {}
}

extension BackingRequest {
    static let kind = Option(
        "bdev", "B", .required("TYPE"), default: "dir", completes: .words({ Kind.allCases.map { $0.rawValue } }),
        help:
            "Kind of storage: \(Kind.allCases.map { $0.rawValue }.joined(separator: ", ")); of several joined with commas the first that works."
    )
    static let directory = Option(
        "dir", nil, .required("DIR"), completes: .directory, help: "Put the root filesystem in the folder DIR, an absolute path.")
    static let logicalVolume = Option(
        "lvname", nil, .required("NAME"), default: "the container's name", help: "Name of the logical volume.")
    static let volumeGroup = Option("vgname", nil, .required("NAME"), default: "lxc", help: "Volume group to use.")
    static let thinPool = Option("thinpool", nil, .required("NAME"), default: "lxc", help: "Thin pool to use.")
    static let rbdName = Option("rbdname", nil, .required("NAME"), default: "the container's name", help: "Name of the RBD image.")
    static let rbdPool = Option("rbdpool", nil, .required("POOL"), default: "lxc", help: "Ceph pool to use.")
    static let rbdUser = Option("rbduser", nil, .required("USER"), help: "Ceph user to act as.")
    static let zfsRoot = Option("zfsroot", nil, .required("PATH"), default: "lxc", help: "ZFS filesystem to create the new one in.")
    static let filesystem = Option("fstype", nil, .required("TYPE"), default: "ext4", help: "Filesystem to make on the device.")
    static let size = Option(
        "fssize", nil, .required("SIZE[UNIT]"), default: "1G", help: "Size of the device; units b, k, m, g and t, m when there is none.")

    static var mainOptions: [Option] { [kind, directory] }

    static var groups: [OptionTable.Group] {
        [
            .init("Storage on LVM (with -B lvm)", [logicalVolume, volumeGroup, thinPool]),
            .init("Storage on Ceph (with -B rbd)", [rbdName, rbdPool, rbdUser]),
            .init("Storage on ZFS (with -B zfs)", [zfsRoot]),
            .init("Storage on any block device (with -B lvm, loop, nbd or rbd)", [filesystem, size]),
        ]
    }

    /// Reads and checks the options.
    ///
    /// - Throws: ``ToolFailure`` for an unknown kind, a malformed size, or an option of another kind than the one asked for.
    init(_ options: ParsedOptions) throws(ToolFailure) {
        if let words = options.value(Self.kind) {
            kinds = try Self.kinds(words)
            isHistoric = words.split(separator: ",").contains { $0 == "overlayfs" || $0 == "aufs" }
        }
        directory = options.value(Self.directory)
        logicalVolume = options.value(Self.logicalVolume)
        volumeGroup = options.value(Self.volumeGroup)
        thinPool = options.value(Self.thinPool)
        filesystem = options.value(Self.filesystem)
        zfsRoot = options.value(Self.zfsRoot)
        rbdName = options.value(Self.rbdName)
        rbdPool = options.value(Self.rbdPool)
        rbdUser = options.value(Self.rbdUser)
        if let text = options.value(Self.size) { sizeInBytes = try Self.bytes(text, of: Self.size) }
        try check()
    }

    private static func kinds(_ text: String) throws(ToolFailure) -> [Kind] {
        var kinds: [Kind] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let kind = Kind(word: String(word)) else {
                throw ToolFailure(
                    .badOptions, "\(word) is not a valid backing storage type.",
                    advice: "use \(Kind.allCases.map { $0.rawValue }.joined(separator: ", "))")
            }
            kinds.append(kind)
        }
        return kinds
    }

    /// Reads the kind of storage that a copy is to have.
    static func copyKind(_ word: String) throws(ToolFailure) -> StorageKind {
        if let kind = StorageKind(word: word) { return kind }
        throw ToolFailure(
            .badOptions, "\(word) is not a valid backing storage type.",
            advice: "use \(StorageKind.allCases.map { $0.rawValue }.joined(separator: ", "))")
    }

    private func check() throws(ToolFailure) {
        // "best" chooses by itself, so options of any kind may turn out to be needed.
        func allows(_ isRight: (Kind) -> Bool) -> Bool { kinds.contains { $0 == .best || isRight($0) } }
        func refused(_ message: String) -> ToolFailure { ToolFailure(.badOptions, message) }

        if let directory, !directory.hasPrefix("/") { throw refused("--dir should use absolute path") }
        if (filesystem != nil || sizeInBytes != nil) && !allows({ $0.isBlockDevice }) {
            throw refused("Filesystem type and size are only valid with block devices.")
        }
        if (logicalVolume != nil || volumeGroup != nil || thinPool != nil) && !allows({ $0 == .lvm }) {
            throw refused("--lvname, --vgname and --thinpool are only valid with -B lvm")
        }
        if (rbdName != nil || rbdPool != nil || rbdUser != nil) && !allows({ $0 == .rbd }) {
            throw refused("--rbdname and --rbdpool are only valid with -B rbd")
        }
        if zfsRoot != nil && !allows({ $0 == .zfs }) { throw refused("zfsroot is only valid with -B zfs") }
    }

    /// Reads a size: a whole number and one of `bBkKmMgGtT`, MiB when there is none.
    static func bytes(_ text: String, of option: Option) throws(ToolFailure) -> UInt64 {
        var digits = text[...]
        var shift = 20
        if let last = text.last, let unit = "bkmgt".firstIndex(of: Character(last.lowercased())) {
            shift = "bkmgt".distance(from: "bkmgt".startIndex, to: unit) * 10
            digits = text.dropLast()
        }
        guard let number = UInt64(digits), number > 0, digits.first != "+" else {
            throw .usage("\(option.displayName): \"\(text)\" is not a size", advice: "write a number and a unit, such as 500M or 2G")
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << UInt64(shift))
        if overflow { throw .usage("\(option.displayName): \(text) is more than any device holds") }
        return product
    }
}
