// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Removes a directory tree without following links or crossing into other mounts, however deep it is.
package enum TreeRemoval {
    /// How a removal went.
    package struct Report: Sendable {
        /// Something that could not be removed.
        package struct Remaining: Sendable {
            package let path: String
            package let error: KernelError
        }

        /// What could not be removed, at most 20 of them.
        package fileprivate(set) var remaining: [Remaining] = []
        private static let limit = 20

        fileprivate mutating func add(_ path: String, _ error: KernelError) {
            if remaining.count < Self.limit { remaining.append(Remaining(path: path, error: error)) }
        }
    }

    /// One directory on the way down.
    private struct Level {
        let handle: SharedDescriptor
        /// In the directory above; of the top its whole path, for reports only.
        let name: EntryName
        /// What is still in it.
        var entries: [DirectoryEntry]
        /// Whether something in it stays, so that the directory itself cannot go.
        var isKept = false
    }

    /// Directories kept open at the same time; deeper ones are moved up to the top of the tree, where their turn comes later.
    private static let openLimit = 512

    /// Removes a tree of the host with its top directory.
    ///
    /// - Returns: What stayed behind.
    /// - Throws: ``KernelError`` when the top itself cannot be opened; `.noSuchFileOrDirectory` when there is none.
    package static func remove(_ path: String) throws(KernelError) -> Report {
        var report = Report()
        let status = try FileStatus(of: path, followLinks: false)
        guard status.kind == .directory else {
            try HostPath.remove(path)
            return report
        }
        let top = SharedDescriptor(try OwnedDescriptor(opening: path, [.readOnly, .directory, .noFollow]))
        try empty(top, path, &report)
        if report.remaining.isEmpty {
            do { try kernelCommand("rmdir", path) { path.withKernelString { rmdir($0) } } } catch { report.add(path, error) }
        }
        return report
    }

    private static func empty(_ top: SharedDescriptor, _ path: String, _ report: inout Report) throws(KernelError) {
        let reader = DirectoryEntryReader()
        var levels = [Level(handle: top, name: EntryName(path), entries: try reader.entries(of: top.owned, subject: path))]
        while let last = levels.indices.last {
            guard let entry = levels[last].entries.popLast() else {
                leave(levels.removeLast(), &levels, &report)
                continue
            }
            let handle = levels[last].handle
            do throws(KernelError) {
                if entry.kind != .directory, try unlinkFile(entry.name, in: handle) { continue }
                if levels.count < openLimit {
                    levels.append(try descend(entry.name, in: handle, reader))
                } else {
                    levels[0].entries.append(try moveUp(entry.name, from: handle, to: top))
                }
            } catch {
                if error.errno == .noSuchFileOrDirectory { continue }
                if entry.kind == .directory, error.errno == .notDirectory || error.errno == .tooManySymbolicLinkLevels {
                    // Something else has its name by now.
                    levels[last].entries.append(DirectoryEntry(name: entry.name, kind: .unknown))
                    continue
                }
                levels[last].isKept = true
                report.add(Self.path(levels, entry.name), error)
            }
        }
    }

    /// Removes a directory that was emptied from the one above it, the last of `levels`; nothing when it was the top.
    private static func leave(_ level: Level, _ levels: inout [Level], _ report: inout Report) {
        guard let parent = levels.indices.last else { return }
        guard !level.isKept else {
            levels[parent].isKept = true
            return
        }
        do throws(KernelError) {
            let number = levels[parent].handle.number
            try kernelCommand("unlinkat", level.name.text) { level.name.withPointer { unlinkat(number, $0, AT_REMOVEDIR) } }
        } catch {
            levels[parent].isKept = true
            report.add(Self.path(levels, level.name), error)
        }
    }

    /// Removes everything that is not a directory; false for a directory.
    private static func unlinkFile(_ name: EntryName, in directory: SharedDescriptor) throws(KernelError) -> Bool {
        let number = directory.number
        do throws(KernelError) {
            try kernelCommand("unlinkat", name.text) { name.withPointer { unlinkat(number, $0, 0) } }
            return true
        } catch {
            if error.errno == .isDirectory { return false }
            throw error
        }
    }

    private static func descend(
        _ name: EntryName, in directory: SharedDescriptor, _ reader: DirectoryEntryReader
    ) throws(KernelError) -> Level {
        let number = directory.number
        let flags = UInt64(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        // A mount below the tree belongs to somebody else: its content must not be removed.
        let resolve = UInt64(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV)
        let raw = try kernelCall("openat2", name.text) { name.withPointer { clinux_openat2(number, $0, flags, 0, resolve) } }
        let handle = SharedDescriptor(OwnedDescriptor(owning: raw))
        return Level(handle: handle, name: name, entries: try reader.entries(of: handle.owned, subject: name.text))
    }

    /// Moves a directory to the top under a name that is not used there; a mount stays where it is.
    private static func moveUp(
        _ name: EntryName, from directory: SharedDescriptor, to top: SharedDescriptor
    ) throws(KernelError) -> DirectoryEntry {
        let new = EntryName(".lxc-removal-" + String(UInt64.random(in: .min ... .max), radix: 36))
        let (from, to) = (directory.number, top.number)
        try kernelCommand("renameat", name.text) { name.withPointer { old in new.withPointer { renameat(from, old, to, $0) } } }
        return DirectoryEntry(name: new, kind: .unknown)
    }

    private static func path(_ levels: [Level], _ name: EntryName) -> String {
        (levels.map { $0.name.text } + [name.text]).joined(separator: "/")
    }
}
