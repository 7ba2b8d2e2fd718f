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
            case .copy(let kind): return try StorageBackends.backend(kind).create(orderLikeOriginal)
            }
        } catch { throw OperationFailure(error) }
    }

    /// Copies the content, unless a snapshot has it already.
    ///
    /// `location`: what ``make()`` returned.
    /// For a process with mounts of its own.
    /// Returns where the clone's content is mounted then; nil when it is not.
    func fill(_ location: StorageLocation) throws(OperationFailure) -> String? {
        let method: Method
        do { method = try self.method() } catch { throw OperationFailure(error) }
        guard case .copy(let kind) = method else { return nil }
        let from = try place(of: original, "source")
        let to = try kind == .dir || kind == .btrfs ? location.source : place(of: location, "target")
        var copy = TreeCopy()
        copy.fillsExisting = kind != .dir
        if let progress = options.progress {
            copy.expectedBytes = TreeSize.estimate(from, within: .milliseconds(300))
            copy.progress = { progress($0) }
        }
        defer { options.progress?(nil) }
        let what = "cannot copy the root filesystem \(original.text)"
        do throws(KernelError) { _ = try copy.run(from: from, to: to) } catch {
            // Which of all the files it was.
            throw OperationFailure(what, reason: error.reasonWithPath(after: what), errno: error.errno.rawValue)
        }
        return to == location.source ? nil : to
    }

    private func method() throws(StorageFailure) -> Method {
        var what: String { "cannot clone the root filesystem \(original.text)" }
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

    /// A path at which the content can be reached: a folder itself, anything else mounted in a memory filesystem of this process.
    private func place(of location: StorageLocation, _ name: String) throws(OperationFailure) -> String {
        let isFolder = try attempting("cannot read \(location.source)") { () throws(KernelError) in try location.isFolder }
        if isFolder { return location.source }
        let stage = InstalledPaths.rootfsMount
        let path = stage + "/" + name
        try attempting("cannot use \(stage) as mount point") { () throws(KernelError) in
            try HostPath.makeDirectories(stage)
            guard try FileStatus.ifPresent(path) == nil else { return }
            if try FileStatus.ifPresent(stage + "/source") == nil {
                let memory = try DetachedMount(newInstanceOf: "tmpfs", source: "none", options: ["mode=0700"], attributes: [])
                try memory.attach(toPath: stage)
            }
            for folder in [path, path + "-stage"] { try HostPath.makeDirectories(folder) }
        }
        let mount = try usingStorage { () throws(StorageFailure) in
            try StorageBackends.backend(of: location).mount(location, MountOptions(), stage: path + "-stage")
        }
        try attempting("cannot mount \(location.text) on \(path)") { () throws(KernelError) in try mount.attach(toPath: path) }
        return path
    }

    /// A device or an image is like the original's, unless something else was asked for.
    private var orderLikeOriginal: StorageOrder {
        get throws(StorageFailure) {
            var order = order
            // Beside the original, whatever else volumes are made in.
            if original.kind == .lvm { try LVMBackend().place(&order, beside: original) }
            guard let measure = try BlockMeasure(original) else { return order }
            order.size = order.size ?? measure.size
            order.filesystem = order.filesystem ?? measure.filesystem
            return order
        }
    }
}
