// SPDX-License-Identifier: Apache-2.0

/// Storage outside of a container's directory that can get another name, so that other storage can take its place.
package protocol RenamableStorage: AnyObject {
    /// Checks that the content could be replaced by something else without loss for others.
    ///
    /// - Throws: ``StorageFailure`` that says who would lose what.
    func checkIsReplaceable(_ location: StorageLocation) throws(StorageFailure)

    /// Whether there is such storage.
    func exists(_ location: StorageLocation) throws(StorageFailure) -> Bool

    /// Gives it another name, which must be free, in the same group or pool.
    func rename(_ location: StorageLocation, to other: StorageLocation) throws(StorageFailure)
}

extension StorageBackends {
    /// The backend of a kind whose storage can be renamed; nil for others.
    package static func renamable(_ kind: StorageKind) -> (any RenamableStorage)? {
        switch kind {
        case .lvm: LVMBackend()
        case .zfs: ZFSBackend()
        case .dir, .overlay, .btrfs, .loop, .nbd, .rbd: nil
        }
    }
}

extension StorageOrder {
    /// Asks for the names that some storage has.
    package mutating func takeNames(of location: StorageLocation) {
        let parts = location.source.split(separator: "/").map(String.init)
        guard let last = parts.last, parts.count > 1 else { return }
        name = last
        switch location.kind {
        case .lvm:
            logicalVolume = last
            volumeGroup = parts[parts.count - 2]
        case .zfs: zfsRoot = parts.dropLast().joined(separator: "/")
        case .dir, .overlay, .btrfs, .loop, .nbd, .rbd: break
        }
    }
}
