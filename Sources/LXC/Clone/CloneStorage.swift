// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

/// The storage of a clone: made first, so that it can be written down, and filled then.
struct CloneStorage {
    /// How the clone gets its content.
    private enum Method {
        case snapshot
        /// The kind of the new storage.
        case copy(StorageKind)
    }

    let original: StorageLocation
    let order: StorageOrder
    let options: CloneOptions

    /// Makes the storage, empty or as a snapshot.
    ///
    /// - Throws: ``OperationFailure`` when the kinds do not go together, or it cannot be made.
    func make() throws(OperationFailure) -> StorageLocation {
        do throws(StorageFailure) {
            switch try method() {
            case .snapshot: return try StorageBackends.backend(of: original).snapshot(original, order)
            // The copy makes the folder itself, with the owner and the mode of the original's.
            case .copy(.dir): return StorageLocation(kind: .dir, source: order.rootfs)
            case .copy(let kind):
                guard let backend = StorageBackends.backend(kind) else {
                    throw StorageFailure(
                        "cannot make storage on \(kind.rawValue)", reason: "this version of swift-lxc does not know it yet")
                }
                return try backend.create(order)
            }
        } catch { throw OperationFailure(error) }
    }

    /// Copies the content, unless a snapshot has it already.
    ///
    /// `location`: what ``make()`` returned.
    /// For a process with mounts of its own.
    func fill(_ location: StorageLocation) throws(OperationFailure) {
        let method: Method
        do { method = try self.method() } catch { throw OperationFailure(error) }
        guard case .copy = method else { return }
        let from = try source()
        try attempting("cannot copy the root filesystem \(original.text)") { () throws(KernelError) in
            _ = try TreeCopy(expectedBytes: nil, progress: options.progress).run(from: from, to: location.source)
        }
    }

    private func method() throws(StorageFailure) -> Method {
        let what = "cannot clone the root filesystem \(original.text)"
        let canShare = original.kind.capabilities.contains(.snapshots) || original.kind == .dir
        // A folder's snapshot is an overlay; every other kind's is of its own kind.
        let sharedKind: StorageKind = original.kind == .dir ? .overlay : original.kind
        let wanted = options.storage ?? (options.sharing == .required ? sharedKind : original.kind)
        switch options.sharing {
        case .required:
            guard canShare, wanted == sharedKind else {
                throw StorageFailure(
                    what, reason: "a snapshot of \(original.kind.rawValue) storage cannot be kept on \(wanted.rawValue)",
                    hint: canShare ? "leave -B out, or use -B \(sharedKind.rawValue)" : "make a full copy: leave -s out")
            }
            return .snapshot
        case .whenPossible where canShare && options.storage == nil && original.kind != .dir: return .snapshot
        case .whenPossible, .never:
            // The changes are copied, the layers below stay shared: a copy of the whole would be another kind of storage.
            if original.kind == .overlay && wanted == .overlay { return .snapshot }
            guard wanted != .overlay else {
                throw StorageFailure(what, reason: "a full copy is not an overlay", hint: "use -s for a snapshot")
            }
            return .copy(wanted)
        }
    }

    /// A path at which the original's content can be read.
    private func source() throws(OperationFailure) -> String {
        if original.kind.capabilities.contains(.plainFolder) { return original.source }
        let mountPoint = InstalledPaths.rootfsMount
        let mount = try usingStorage { () throws(StorageFailure) in
            try StorageBackends.backend(of: original).mount(original, MountOptions())
        }
        try attempting("cannot mount \(original.text) on \(mountPoint)") { () throws(KernelError) in
            try mount.attach(toPath: mountPoint)
        }
        return mountPoint
    }
}
