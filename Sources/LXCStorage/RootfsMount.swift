// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// A root filesystem as a mount that is not attached yet, whatever it is kept on.
package enum RootfsMount {
    /// Makes the mount; for the mount namespace of the caller.
    ///
    /// - Parameters:
    ///   - location: Where the root filesystem is kept.
    ///   - options: `lxc.rootfs.options`; only what is for the filesystem itself is used here, flags are the caller's.
    /// - Throws: ``StorageFailure`` when something is missing or the kernel refuses.
    package static func make(_ location: StorageLocation, _ options: MountOptions) throws(StorageFailure) -> DetachedMount {
        switch location.kind {
        case .dir, .btrfs: return try folder(location.source)
        case .overlay: return try OverlayLayers(location).mount(options)
        case .loop, .lvm, .zfs, .nbd, .rbd:
            throw StorageFailure(
                "cannot mount the root filesystem \(location.text)", reason: "storage on \(location.kind.rawValue) is not supported yet")
        }
    }

    private static func folder(_ path: String) throws(StorageFailure) -> DetachedMount {
        try storing("cannot mount the root filesystem \(path)", hint: "check that the directory exists, or create the container again") {
            () throws(KernelError) in try DetachedMount(copying: path, recursive: true)
        }
    }
}
