// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What a copy of an image or a device has in common with it.
package struct BlockMeasure: Sendable, Equatable {
    /// Size in bytes.
    package let size: UInt64
    /// The filesystem, as in `mkfs.TYPE`.
    package let filesystem: String

    /// Looks at the storage.
    ///
    /// Nil for storage without a size of its own, and when a copy could not be like it: a filesystem that is only read, or one that is
    /// seen when its image is connected.
    ///
    /// - Throws: ``StorageFailure`` when it cannot be read.
    package init?(_ location: StorageLocation) throws(StorageFailure) {
        switch location.kind {
        case .dir, .loop, .lvm, .rbd: break
        case .overlay, .btrfs, .zfs, .nbd: return nil
        }
        guard try BlockMount.content(of: location.source) != nil else { return nil }
        let found = try storing("cannot read \(location.source)") { () throws(KernelError) in
            let file = try OwnedDescriptor(opening: location.source, [.readOnly, .nonBlocking, .noControllingTerminal])
            return (size: try file.length(), magic: FilesystemMagic(try file.beginning(FilesystemMagic.length)))
        }
        guard case .filesystem(let type) = found.magic, !FilesystemMagic.isReadOnly(type) else { return nil }
        size = found.size
        filesystem = type
    }
}
