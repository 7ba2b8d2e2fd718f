// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// A root filesystem in a subvolume of btrfs.
package final class BtrfsBackend: StorageBackend {
    package let kind = StorageKind.btrfs

    package init() {}

    /// Makes an empty subvolume.
    package func create(_ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        try prepare(order) { () throws(KernelError) in
            try BtrfsSubvolume.create(order.rootfs)
            try HostPath.changePermissions(order.rootfs, to: 0o755)
        }
    }

    /// A subvolume that shares everything with the original until one of them changes it; owners, modes and times are the original's.
    package func snapshot(_ original: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        let isSubvolume = try storing("cannot look at \(original.source)") { () throws(KernelError) in
            try BtrfsSubvolume.isSubvolume(original.source)
        }
        guard isSubvolume else {
            throw StorageFailure(
                "cannot make a snapshot of \(original.text)", reason: "it is not a subvolume of btrfs", hint: "make a full copy instead")
        }
        return try prepare(order) { () throws(KernelError) in try BtrfsSubvolume.snapshot(original.source, to: order.rootfs) }
    }

    private func prepare(_ order: StorageOrder, _ make: () throws(KernelError) -> Void) throws(StorageFailure) -> StorageLocation {
        let path = order.rootfs
        let what = "cannot make the subvolume \(path)"
        let parent = "/" + DirectoryHandle.split(path).parent
        let isSupported = try storing(what) { () throws(KernelError) in
            try HostPath.makeDirectories(parent)
            return try BtrfsSubvolume.isSupported(at: parent)
        }
        guard isSupported else {
            throw StorageFailure(
                what, reason: "\(parent) is not on btrfs", hint: "choose another container path (-P) or kind of storage (-B)")
        }
        do throws(KernelError) { try make() } catch {
            throw StorageFailure(
                what, error, hint: error.errno == .improperLink ? "a snapshot must be on the same filesystem as its original" : nil)
        }
        return StorageLocation(kind: .btrfs, source: path)
    }

    /// A subvolume is a folder like any other.
    package func mount(
        _ location: StorageLocation, _ options: MountOptions, stage: String
    ) throws(StorageFailure) -> DetachedMount {
        try DirectoryBackend().mount(StorageLocation(kind: .dir, source: location.source), options, stage: stage)
    }

    /// Also one inside of the container's directory: taking it away as a whole is quicker than file by file, and the only way when
    /// something in it is read-only.
    package func remove(_ location: StorageLocation, directory: String) throws(StorageFailure) {
        let path = location.source
        let isRemoved = try storing("cannot remove the subvolume \(path)") { () throws(KernelError) in
            guard try BtrfsSubvolume.isSubvolume(path) else { return false }
            try BtrfsSubvolume.remove(path)
            return true
        }
        if !isRemoved { try DirectoryBackend().remove(location, directory: directory) }
    }
}
