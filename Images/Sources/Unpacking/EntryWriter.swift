// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel

/// Makes the members of one archive in a tree.
final class EntryWriter {
    private let tree: RootTree
    private let settings: UnpackSettings
    private(set) var report = UnpackReport()
    private var replacements = 0
    /// Times of directories: what is put into one changes them, so they are set at the end.
    private var directories: [DirectoryTimes] = []

    private struct DirectoryTimes {
        let path: EntryPath
        let filesystem: UInt64
        let inode: UInt64
        let modified: FileTime
    }

    init(_ root: DirectoryHandle, _ settings: UnpackSettings) {
        tree = RootTree(root, settings)
        self.settings = settings
    }

    /// Makes one member.
    ///
    /// `reader`: has the content of a regular file.
    func write(_ entry: ArchiveEntry, _ reader: ArchiveReader) throws(ImageFailure) {
        if isExcluded(entry.path) { return }
        if entry.path.isRoot { return try writeRoot(entry) }
        let parent = try tree.parent(of: entry.path)
        if entry.path.name.starts(with: Whiteout.prefix) { return try applyWhiteout(entry, parent) }
        if let reason = refusal(entry.kind) { return report.skip(entry.path, reason) }
        let name = EntryName(entry.path.name)
        if entry.kind == .directory {
            try writeDirectory(entry, name, parent)
        } else {
            try makeRoom(for: name, entry, parent)
            try make(entry, name, parent, reader)
        }
        tree.note(name, in: parent)
        report.made += 1
    }

    /// Sets the times of the directories, of those that are still what they were.
    func finish() throws(ImageFailure) {
        // The deepest first: setting the times of one does not change those above it, but opening may.
        for directory in directories.reversed() {
            do throws(KernelError) {
                let open = try tree.root.open(
                    directory.path.text, [.readOnly, .directory], links: settings.isLayer ? .followedInside : .refused)
                let status = try FileStatus(of: open)
                guard status.inode == directory.inode, status.filesystem == directory.filesystem else { continue }
                try open.setTimes(FileDetails.Times(accessed: directory.modified, modified: directory.modified))
            } catch {
                // Something else has its place by now, which has been given its own attributes.
                if [.noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels].contains(error.errno) { continue }
                throw RootTree.failure(error, directory.path)
            }
        }
    }

    // MARK: - What is not made

    private func isExcluded(_ path: EntryPath) -> Bool {
        settings.excluded.contains { pattern in
            var path = path
            while !path.isRoot {
                if Wildcard.matches(pattern, path.text) { return true }
                path = path.parent
            }
            return false
        }
    }

    private func refusal(_ kind: ArchiveEntry.Kind) -> String? {
        switch kind {
        case .characterDevice(0, 0): "it is a whiteout of an overlay"
        case .characterDevice, .blockDevice: settings.makesDevices ? nil : "it is a device node"
        case .socket: "it is a socket, which nobody listens on"
        case .directory, .regular, .symbolicLink, .hardLink, .fifo: nil
        }
    }

    private func applyWhiteout(_ entry: ArchiveEntry, _ parent: RootTree.Directory) throws(ImageFailure) {
        guard settings.isLayer else { return report.skip(entry.path, "its name is that of a whiteout") }
        switch try Whiteout(entry.path) {
        case .everything: try tree.removeEarlier(in: parent, for: entry.path)
        case .bookkeeping: return
        case .name(let bytes): try tree.removeEarlier(EntryName(bytes), in: parent, for: entry.path)
        }
    }

    // MARK: - What is made

    private func writeRoot(_ entry: ArchiveEntry) throws(ImageFailure) {
        guard entry.kind == .directory else { throw ImageFailure("the root of the archive is no directory") }
        let root = try kernel(entry) { () throws(KernelError) in try tree.root.open(".", [.readOnly, .directory]) }
        try finishDirectory(entry, root)
    }

    private func writeDirectory(_ entry: ArchiveEntry, _ name: EntryName, _ parent: RootTree.Directory) throws(ImageFailure) {
        let present = try tree.status(name, in: parent, for: entry.path)
        if let present, present.kind != .directory { try makeRoom(for: name, entry, parent) }
        let open = try kernel(entry) { () throws(KernelError) in
            if present?.kind != .directory { try parent.handle.owned.makeDirectory(name, mode: 0o700) }
            return try parent.handle.owned.openDirectory(name)
        }
        try finishDirectory(entry, open)
    }

    private func finishDirectory(_ entry: ArchiveEntry, _ open: borrowing OwnedDescriptor) throws(ImageFailure) {
        try setAttributes(entry, open)
        if directories.count >= settings.limits.directories {
            throw ImageFailure("it has more than \(settings.limits.directories) directories")
        }
        let status = try kernel(entry) { () throws(KernelError) in try FileStatus(of: open) }
        directories.append(
            DirectoryTimes(path: entry.path, filesystem: status.filesystem, inode: status.inode, modified: entry.modified))
    }

    /// Takes away what has the name.
    private func makeRoom(for name: EntryName, _ entry: ArchiveEntry, _ parent: RootTree.Directory) throws(ImageFailure) {
        guard let present = try tree.status(name, in: parent, for: entry.path) else { return }
        if present.kind == .directory && !settings.isLayer {
            throw ImageFailure("the archive has \(shown(entry.path.text)) as a directory, and as something else")
        }
        if tree.isOwn(name, in: parent) || !settings.isLayer {
            replacements += 1
            if replacements > settings.limits.replacements {
                throw ImageFailure("more than \(settings.limits.replacements) of its members replace earlier ones")
            }
        }
        try tree.remove(name, in: parent, for: entry.path)
    }

    private func make(
        _ entry: ArchiveEntry, _ name: EntryName, _ parent: RootTree.Directory, _ reader: ArchiveReader
    ) throws(ImageFailure) {
        let directory = parent.handle
        switch entry.kind {
        case .directory: return
        case .regular(let size):
            let file = try kernel(entry) { () throws(KernelError) in try directory.owned.makeFile(name, mode: 0o600) }
            try writeContent(entry, size, file, reader)
            try setAttributes(entry, file)
            try kernel(entry) { () throws(KernelError) in
                try file.setTimes(FileDetails.Times(accessed: entry.modified, modified: entry.modified))
            }
        case .symbolicLink(let target):
            try kernel(entry) { () throws(KernelError) in try directory.owned.makeSymbolicLink(name, to: EntryName(target)) }
            try finishByName(entry, name, parent, setsPermissions: false)
        case .hardLink(let target): try link(entry, to: target, name, parent)
        case .characterDevice(let major, let minor):
            try makeNode(entry, name, parent, .characterDevice, DeviceNumber(major: major, minor: minor).rawValue)
        case .blockDevice(let major, let minor):
            try makeNode(entry, name, parent, .blockDevice, DeviceNumber(major: major, minor: minor).rawValue)
        case .fifo: try makeNode(entry, name, parent, .fifo, 0)
        case .socket: return
        }
    }

    private func writeContent(
        _ entry: ArchiveEntry, _ size: Int64, _ file: borrowing OwnedDescriptor, _ reader: ArchiveReader
    ) throws(ImageFailure) {
        try reader.content { (piece, offset) throws(ImageFailure) in
            guard offset <= size, Int64(piece.count) <= size - offset else {
                throw ImageFailure("\(shown(entry.path.text)) has more content than its size says")
            }
            do throws(KernelError) { try file.write(piece, at: offset) } catch { throw RootTree.failure(error, entry.path) }
        }
        try kernel(entry) { () throws(KernelError) in try file.setSize(UInt64(size)) }
    }

    private func makeNode(
        _ entry: ArchiveEntry, _ name: EntryName, _ parent: RootTree.Directory, _ kind: FileStatus.Kind, _ device: UInt64
    ) throws(ImageFailure) {
        do throws(KernelError) {
            try parent.handle.owned.makeNode(name, kind, mode: 0o600, device: device)
        } catch {
            // In a user namespace the kernel makes no devices.
            guard error.errno == .notPermitted, kind != .fifo else { throw RootTree.failure(error, entry.path) }
            return report.skip(entry.path, "no device nodes can be made here")
        }
        try finishByName(entry, name, parent, setsPermissions: true)
    }

    private func link(
        _ entry: ArchiveEntry, to target: EntryPath, _ name: EntryName, _ parent: RootTree.Directory
    ) throws(ImageFailure) {
        let what = "the hard link \(shown(entry.path.text))"
        if target.isRoot { throw ImageFailure("\(what) leads to the root") }
        let from = try tree.parent(of: target)
        let old = EntryName(target.name)
        guard let status = try tree.status(old, in: from, for: target) else {
            throw ImageFailure("\(what) leads to \(shown(target.text)), which does not exist")
        }
        // A link itself gets the second name, as tar(1) records it; nobody follows it.
        guard status.kind == .regular || status.kind == .symbolicLink else {
            throw ImageFailure("\(what) leads to \(shown(target.text)), which is neither a file nor a symbolic link")
        }
        try kernel(entry) { () throws(KernelError) in try from.handle.owned.makeHardLink(old, as: name, in: parent.handle.owned) }
    }

    // MARK: - Attributes

    private func setAttributes(_ entry: ArchiveEntry, _ open: borrowing OwnedDescriptor) throws(ImageFailure) {
        let (user, group) = try owner(entry)
        try kernel(entry) { () throws(KernelError) in
            try open.setOwner(user, group)
            // After the owner: changing that takes set-id bits and capabilities away.
            try open.setPermissions(entry.permissions)
        }
        for attribute in entry.attributes {
            guard let accepted = AttributePolicy.accepted(attribute, settings.ownership) else {
                report.skip(entry.path, "its attribute \(shown(attribute.name.text)) steers the host")
                continue
            }
            do throws(KernelError) { try open.setAttribute(accepted, isPlace: false) } catch {
                guard error.errno == .notSupportedOnSocket || error.errno == .notPermitted else {
                    throw RootTree.failure(error, entry.path)
                }
                report.skip(entry.path, "its attribute \(shown(attribute.name.text)) cannot be set here")
            }
        }
    }

    private func finishByName(
        _ entry: ArchiveEntry, _ name: EntryName, _ parent: RootTree.Directory, setsPermissions: Bool
    ) throws(ImageFailure) {
        let (user, group) = try owner(entry)
        let directory = parent.handle
        try kernel(entry) { () throws(KernelError) in
            try directory.owned.setOwner(of: name, user, group)
            if setsPermissions { try directory.owned.setPermissions(of: name, entry.permissions) }
            try directory.owned.setTimes(of: name, FileDetails.Times(accessed: entry.modified, modified: entry.modified))
        }
    }

    private func owner(_ entry: ArchiveEntry) throws(ImageFailure) -> (UInt32, UInt32) {
        guard let user = settings.ownership.user(entry.user), let group = settings.ownership.group(entry.group) else {
            throw ImageFailure(
                "the owner of \(shown(entry.path.text)), \(entry.user):\(entry.group), has no place in the id map",
                advice: "map more ids with lxc.idmap")
        }
        return (user, group)
    }

    private func kernel<Value: ~Copyable>(
        _ entry: ArchiveEntry, _ body: () throws(KernelError) -> Value
    ) throws(ImageFailure) -> Value {
        do { return try body() } catch { throw RootTree.failure(error, entry.path) }
    }
}
