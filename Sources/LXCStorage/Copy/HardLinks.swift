// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The files with several names that have been copied so far.
///
/// Each has a name in a hidden directory at the top of the copy while further names of it may come: the directory where its first name
/// lies is closed by then, and a path to it may be longer than the kernel takes.
struct HardLinks {
    private struct Key: Hashable {
        let filesystem: UInt64
        let inode: UInt64
    }

    private struct Known {
        let name: EntryName
        /// How many of the original's names have not been met.
        var remaining: UInt64
    }

    private let directory: SharedDescriptor
    private var known: [Key: Known] = [:]
    private var count = 0

    init(keptIn directory: SharedDescriptor) { self.directory = directory }

    /// Gives the copy of a file one more name; false when the file has not been copied yet.
    mutating func link(_ details: FileDetails, as name: EntryName, in target: SharedDescriptor) throws(KernelError) -> Bool {
        let key = Key(filesystem: details.status.filesystem, inode: details.status.inode)
        guard var file = known[key] else { return false }
        if file.remaining == 1 {
            // The last one: so no file ever has more names than its original, which may have as many as the filesystem allows.
            try directory.owned.moveEntry(file.name, to: name, in: target.owned)
            known[key] = nil
        } else {
            try directory.owned.makeHardLink(file.name, as: name, in: target.owned)
            file.remaining -= 1
            known[key] = file
        }
        return true
    }

    /// Remembers a file that was copied under its first name.
    mutating func remember(_ details: FileDetails, _ name: EntryName, in target: SharedDescriptor) throws(KernelError) {
        let kept = EntryName(String(count))
        count += 1
        try target.owned.makeHardLink(name, as: kept, in: directory.owned)
        known[Key(filesystem: details.status.filesystem, inode: details.status.inode)] = Known(name: kept, remaining: details.links - 1)
    }

    /// Forgets the files of which other names lie outside of the tree.
    mutating func removeAll() throws(KernelError) {
        for file in known.values { try directory.owned.removeEntry(file.name) }
        known = [:]
    }
}
