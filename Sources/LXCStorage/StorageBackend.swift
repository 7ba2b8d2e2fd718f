// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// What new storage is to be like; what is nil or empty is up to the backend.
package struct StorageOrder: Sendable, Equatable {
    /// The container's name, which devices and datasets are called by.
    package var name: String
    /// The container's directory, an absolute path; it exists.
    package var directory: String
    /// Where the root filesystem is to be, for kinds that are a folder.
    package var folder: String?
    package var logicalVolume: String?
    package var volumeGroup: String?
    package var thinPool: String?
    package var zfsRoot: String?
    package var rbdName: String?
    package var rbdPool: String?
    package var rbdUser: String?
    /// Filesystem of a block device.
    package var filesystem: String?
    /// Size of a block device in bytes.
    package var size: UInt64?
    /// Layers lie where LXC 1.0 put them: `delta0` instead of `overlay/delta`.
    package var isHistoric = false

    package init(name: String, directory: String) {
        self.name = name
        self.directory = directory
    }

    /// The folder `rootfs` unless another one was asked for.
    package var rootfs: String { folder ?? directory + "/rootfs" }
}

/// One kind of storage. What a call has made when it fails, it has removed again.
package protocol StorageBackend: AnyObject {
    var kind: StorageKind { get }

    /// Makes empty storage.
    ///
    /// - Returns: Where it is.
    func create(_ order: StorageOrder) throws(StorageFailure) -> StorageLocation

    /// Makes storage that begins with the content of another one of the same kind (folders: of any kind that is one) and shares with it
    /// what neither changes.
    ///
    /// - Throws: ``StorageFailure``, also for a kind that cannot do it.
    func snapshot(_ original: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation

    /// The content as a mount that is not attached yet, in the mount namespace of the caller.
    ///
    /// - Parameters:
    ///   - location: What is mounted; of this kind.
    ///   - options: `lxc.rootfs.options`; only what is for the filesystem itself is used, flags are the caller's.
    ///   - stage: A folder, in a mount namespace that is the caller's alone, at which parts may be attached until the whole is there.
    /// - Returns: The mount, with the flags of a new one.
    /// - Throws: ``StorageFailure``; nothing is attached then.
    func mount(_ location: StorageLocation, _ options: MountOptions, stage: String) throws(StorageFailure) -> DetachedMount

    /// Removes what lies outside of the container's directory, and what cannot be removed as files.
    func remove(_ location: StorageLocation, directory: String) throws(StorageFailure)
}

/// The backend of each kind.
package enum StorageBackends {
    /// The backend of a kind.
    package static func backend(_ kind: StorageKind) -> any StorageBackend {
        switch kind {
        case .dir: DirectoryBackend()
        case .overlay: OverlayBackend()
        case .btrfs: BtrfsBackend()
        case .loop: LoopBackend()
        case .lvm: LVMBackend()
        case .zfs: ZFSBackend()
        case .nbd: NBDBackend()
        case .rbd: RBDBackend()
        }
    }

    /// The backend of where a root filesystem is.
    package static func backend(of location: StorageLocation) -> any StorageBackend { backend(location.kind) }
}
