// SPDX-License-Identifier: Apache-2.0

/// Kinds of storage that a root filesystem can be kept on; the raw values are the words of `lxc-create -B` and, with a colon, the prefixes
/// of `lxc.rootfs.path`.
package enum StorageKind: String, Sendable, CaseIterable {
    case dir, overlay, btrfs, loop, lvm, zfs, nbd, rbd

    /// Reads a word of any generation.
    ///
    /// - Parameter word: For example `overlayfs` (LXC 1.0) or `aufs`, which Linux does not have: overlay took its place.
    package init?(word: String) {
        switch word {
        case "overlayfs", "aufs": self = .overlay
        default: self.init(rawValue: word)
        }
    }

    /// What a kind of storage can do, for tools and documentation.
    package struct Capabilities: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }
        /// A clone shares what it has not changed with its original.
        package static let snapshots = Capabilities(rawValue: 1)
        /// Has a size and a filesystem of its own.
        package static let blockDevice = Capabilities(rawValue: 2)
        /// A clone needs its original for as long as it lives.
        package static let dependentClones = Capabilities(rawValue: 4)
        /// Its files lie in a folder of the host, without anything mounted.
        package static let plainFolder = Capabilities(rawValue: 8)
        /// Works with programs of the host only.
        package static let externalTools = Capabilities(rawValue: 16)
    }

    package var capabilities: Capabilities {
        switch self {
        case .dir: .plainFolder
        case .overlay: [.snapshots, .dependentClones]
        case .btrfs: [.snapshots, .plainFolder]
        case .loop: [.blockDevice, .externalTools]
        case .lvm: [.snapshots, .blockDevice, .externalTools]
        case .zfs: [.snapshots, .dependentClones, .externalTools]
        case .nbd, .rbd: [.blockDevice, .externalTools]
        }
    }
}
