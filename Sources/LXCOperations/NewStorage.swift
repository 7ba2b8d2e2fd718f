// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

/// The storage of a container that is being created.
struct NewStorage {
    let location: StorageLocation
    private let backend: any StorageBackend

    /// Makes storage of the first of several kinds that works.
    ///
    /// - Parameters:
    ///   - kinds: What to try, in this order; a folder when there is nothing.
    ///   - order: What it is to be like.
    /// - Throws: ``LXCError``; nothing has been made then.
    init(_ kinds: [StorageKind], _ order: StorageOrder) throws(LXCError) {
        var failures: [StorageFailure] = []
        for kind in kinds.isEmpty ? [.dir] : kinds {
            do throws(StorageFailure) {
                let backend = StorageBackends.backend(kind)
                location = try backend.create(order)
                self.backend = backend
                return
            } catch { failures.append(error) }
        }
        guard failures.count > 1 else {
            throw LXCError(.failed, OperationFailure(failures.first ?? StorageFailure("cannot make storage", reason: "")))
        }
        throw LXCError(
            .failed, "cannot make storage on any of \(kinds.map { $0.rawValue }.joined(separator: ", "))",
            reason: failures.map { "\($0.what): \($0.reason)" }.joined(separator: "; "))
    }

    /// Where a template finds what it fills.
    struct Filling {
        let folder: String
        /// What is to be mounted at the folder, for the template alone.
        fileprivate(set) var mount: SharedDescriptor?
        fileprivate var root: SharedDescriptor?

        /// Makes sure that everything is on the image or device: what no longer fits there, or where that lies, is noticed only now.
        func synchronize() throws(KernelError) { try root?.owned.synchronizeFilesystem() }
    }

    /// A folder, or what is mounted for the template.
    func filling(at mountPoint: String) throws(LXCError) -> Filling {
        switch location.kind {
        // Later changes go to the upper layer: the template's are those that clones share.
        case .dir, .btrfs, .overlay: return Filling(folder: location.source)
        case .loop, .lvm, .zfs, .nbd, .rbd: break
        }
        var filling = Filling(folder: mountPoint)
        do throws(StorageFailure) {
            filling.mount = SharedDescriptor(try backend.mount(location, MountOptions(), stage: mountPoint).takeDescriptor())
        } catch { throw LXCError(.failed, OperationFailure(error)) }
        try attempt("cannot use \(mountPoint) as mount point") { () throws(KernelError) in
            try HostPath.makeDirectories(mountPoint)
            // Opened now, because failures are reported from then on.
            guard let mount = filling.mount else { return }
            filling.root = SharedDescriptor(
                try DirectoryHandle(owning: mount.duplicate(), label: location.source).open(".", [.readOnly, .directory]))
        }
        return filling
    }

    /// Removes it again. `directory`: what is removed as a whole afterwards; nil when nothing is.
    func remove(directory: String?) throws(StorageFailure) {
        // No path begins like that, so everything is removed by itself.
        try backend.remove(location, directory: directory ?? "/.")
    }
}
