// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Makes a filesystem on an image or a device.
struct NewFilesystem: Sendable {
    /// The type and size that are made unless others are asked for.
    static let defaultType = "ext4"
    static let defaultSize: UInt64 = 1 << 30

    let type: String
    private let tool: HostTool

    /// Looks for what makes it, so that nothing has been made yet when that is missing.
    ///
    /// `type`: as in `mkfs.TYPE`; nil for the default.
    init(_ type: String?, in folders: HostTool.Folders) throws(StorageFailure) {
        let type = type ?? Self.defaultType
        self.type = type
        let what = "cannot make a filesystem \(type)"
        let isName = !type.isEmpty && type.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        guard isName else { throw StorageFailure(what, reason: "that is not the name of a filesystem") }
        tool = try HostTool("mkfs." + type, package: Self.package(of: type), for: what, in: folders)
    }

    /// Makes the filesystem; what was on the device is lost.
    func make(on path: String) throws(StorageFailure) {
        // Large devices take long where the kernel has to forget their old content.
        try tool.run(options + [path], seconds: 600, for: "cannot make a filesystem \(type) on \(path)")
    }

    /// These ask before they overwrite what looks like a filesystem, and nobody could answer.
    private var options: [String] {
        switch type {
        case "ext2", "ext3", "ext4": ["-q", "-F"]
        case "xfs", "btrfs": ["-q", "-f"]
        default: []
        }
    }

    private static func package(of type: String) -> String? {
        switch type {
        case "ext2", "ext3", "ext4": "e2fsprogs"
        case "btrfs": "btrfs-progs"
        case "vfat": "dosfstools"
        case "xfs": "xfsprogs"
        case "bcachefs", "f2fs": type + "-tools"
        default: nil
        }
    }
}
