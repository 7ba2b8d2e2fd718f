// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCOperations
import LXCStorage
import LinuxKernel

extension FunctionTable {
    static func fillCopies(_ object: Object) {
        object.pointee.clone = { (object, name, path, flags, type, data, size, hooks) in
            FunctionTable.clone(
                object, String(kernelText: name), String(kernelText: path), flags, String(kernelText: type), size,
                CString.words(hooks.map { UnsafePointer($0) }))
        }
        object.pointee.rename = { (object, name) in
            let newName = String(kernelText: name)
            return succeeding(object) { (handle) throws(LXCError) in
                let container = handle.container
                let copy = ContainerWork.Copy(name: newName ?? "", lxcPath: container.lxcPath)
                _ = try ContainerWorker.perform(ContainerWork(container, .rename(copy)).logged)
            }
        }
        object.pointee.snapshot = { FunctionTable.snapshot($0, String(kernelText: $1)) }
        object.pointee.snapshot_list = { FunctionTable.snapshots($0, $1) }
        object.pointee.snapshot_restore = { FunctionTable.restore($0, String(kernelText: $1), String(kernelText: $2)) }
        object.pointee.snapshot_destroy = { (object, name) in
            let snapshot = String(kernelText: name) ?? ""
            return succeeding(object) { (handle) throws(LXCError) in
                _ = try ContainerWorker.perform(ContainerWork(handle.container, .destroySnapshot(snapshot)).logged)
            }
        }
        object.pointee.snapshot_destroy_all = { object in
            succeeding(object) { (handle) throws(LXCError) in
                _ = try ContainerWorker.perform(ContainerWork(handle.container, .destroyAllSnapshots).logged)
            }
        }
    }

    private static func clone(
        _ object: Object?, _ name: String?, _ path: String?, _ flags: Int32, _ type: String?, _ size: UInt64, _ hooks: [String]?
    ) -> Object? {
        calling(object, failing: nil) { (handle) throws(LXCError) in
            let container = handle.container
            var copy = ContainerWork.Copy(name: name ?? "", lxcPath: path ?? container.lxcPath)
            if let type {
                guard let kind = StorageKind(word: type) else {
                    throw LXCError(.failed, "cannot clone \(container.name)", reason: "\"\(type)\" is not a kind of storage")
                }
                copy.storage = kind
                copy.isHistoric = type == "overlayfs" || type == "aufs"
            }
            copy.keepsName = flags & 1 != 0
            copy.keepsAddresses = flags & 2 != 0
            copy.sharing = flags & 4 != 0 ? .required : flags & 16 != 0 ? .whenPossible : .never
            copy.allowsRunning = flags & 64 != 0
            copy.size = size == 0 ? nil : size
            copy.hookArguments = hooks ?? []
            _ = try ContainerWorker.perform(ContainerWork(container, .clone(copy)).logged)
            return Objects.make(copy.name, lxcPath: copy.lxcPath)
        }
    }

    // MARK: - Snapshots

    private static func snapshot(_ object: Object?, _ commentFile: String?) -> Int32 {
        calling(object, failing: -1) { (handle) throws(LXCError) in
            var comment: String?
            if let commentFile { comment = String(kernelBytes: try Container.comment(in: commentFile)) }
            let work = ContainerWork(handle.container, .snapshot(comment: comment)).logged
            guard let number = Int32(try ContainerWorker.perform(work).dropFirst("snap".count)) else {
                throw LXCError(.failed, "cannot make a snapshot of \(handle.container.name)", reason: "its name is no number")
            }
            return number
        }
    }

    private static func snapshots(_ object: Object?, _ list: UnsafeMutablePointer<UnsafeMutablePointer<lxc_snapshot>?>?) -> Int32 {
        list?.pointee = nil
        return calling(object, failing: -1) { (handle) throws(LXCError) in
            let found = try handle.container.snapshots()
            guard let list, !found.isEmpty else { return Int32(clamping: found.count) }
            guard let memory = cliblxc_calloc(found.count, MemoryLayout<lxc_snapshot>.stride) else { return -1 }
            let entries = memory.assumingMemoryBound(to: lxc_snapshot.self)
            for (index, snapshot) in found.enumerated() {
                entries[index].name = CString.copy(snapshot.name)
                // Also where there is none: Python\'s module reads it without asking.
                entries[index].comment_pathname = CString.copy("\(snapshot.folder)/\(snapshot.name)/comment")
                entries[index].timestamp = CString.copy(snapshot.time)
                entries[index].lxcpath = CString.copy(snapshot.folder)
                entries[index].free = { (entry) in
                    guard let entry else { return }
                    for text in [entry.pointee.name, entry.pointee.comment_pathname, entry.pointee.timestamp, entry.pointee.lxcpath] {
                        cliblxc_free(text)
                    }
                }
            }
            list.pointee = entries
            return Int32(clamping: found.count)
        }
    }

    private static func restore(_ object: Object?, _ snapshot: String?, _ newName: String?) -> Bool {
        guard let object else { return false }
        return succeeding(object) { (handle) throws(LXCError) in
            let container = handle.container
            let copy = newName == container.name ? nil : newName
            _ = try ContainerWorker.perform(ContainerWork(container, .restore(snapshot: snapshot ?? "", newName: copy)).logged)
            try reload(handle, on: object)
        }
    }
}
