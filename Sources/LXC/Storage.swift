// SPDX-License-Identifier: Apache-2.0
import LXCStorage

/// What a root filesystem is kept on.
public enum Storage: String, Sendable, CaseIterable {
    /// A folder.
    case dir
    /// Layers of folders.
    case overlay
    /// A subvolume of btrfs.
    case btrfs
    /// A file with a filesystem.
    case loop
    /// A logical volume.
    case lvm
    /// A dataset of ZFS.
    case zfs
    /// An image that qemu-nbd serves.
    case nbd
    /// A device of Ceph.
    case rbd

    var kind: StorageKind? { StorageKind(rawValue: rawValue) }
}

/// What new storage is to be like; what is nil is up to the kind of storage and to the system configuration.
public struct StorageOptions: Sendable, Hashable {
    /// The size of a block device in bytes.
    public var size: UInt64?
    /// The filesystem of a block device: `ext4`.
    public var filesystem: String?
    /// The name of a logical volume.
    public var logicalVolume: String?
    /// The group of a logical volume.
    public var volumeGroup: String?
    /// The pool of a logical volume.
    public var thinPool: String?
    /// The dataset that holds those of containers.
    public var zfsRoot: String?
    /// The name of a device of Ceph.
    public var rbdName: String?
    /// The pool of a device of Ceph.
    public var rbdPool: String?
    /// The user for a device of Ceph.
    public var rbdUser: String?

    /// The defaults.
    public init() {}

    var order: StorageOrder {
        var order = StorageOrder(name: "", directory: "")
        order.size = size
        order.filesystem = filesystem
        order.logicalVolume = logicalVolume
        order.volumeGroup = volumeGroup
        order.thinPool = thinPool
        order.zfsRoot = zfsRoot
        order.rbdName = rbdName
        order.rbdPool = rbdPool
        order.rbdUser = rbdUser
        return order
    }
}
