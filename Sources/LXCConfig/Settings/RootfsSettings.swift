// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// `lxc.rootfs.*`
package struct RootfsSettings: Sendable, Equatable {
    /// `lxc.rootfs.path` as written, with the storage prefix if there is one.
    package var path: Sourced<String>?
    /// `lxc.rootfs.mount`
    package var mountPoint: String?
    /// `lxc.rootfs.options` as written; ``MountOptions`` reads it.
    package var options: String?
    /// `lxc.rootfs.managed`: destroying the container deletes the root filesystem too.
    package var isManaged = true
    /// `lxc.rootfs.backend` of LXC 2.0: the storage type when the path has no prefix.
    var backend: String?

    package init() {}

    /// The storage prefix without its colon, for example `overlay`; nil when the path has none.
    package var storageType: String? { split.type }

    /// The path without the storage prefix.
    package var plainPath: String? { split.path }

    /// Prefixes of `lxc.rootfs.path`; any other word before a colon belongs to the path.
    package static let storageTypes = [
        "dir", "btrfs", "zfs", "lvm", "loop", "overlay", "overlayfs", "aufs", "nbd", "rbd",
    ]

    /// Both of them.
    package var split: (type: String?, path: String?) {
        guard let text = path?.value else { return (nil, nil) }
        let bytes = text.utf8.span
        // No type has a longer name.
        guard let colon = bytes.indices.prefix(10).first(where: { bytes[$0] == UInt8(ascii: ":") }) else { return (backend, text) }
        let word = text.part(0..<colon)
        guard Self.storageTypes.contains(word) else { return (backend, text) }
        return (word, text.part(colon + 1..<bytes.count))
    }
}
