// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel

/// The tree that is being filled. Every step goes from its top directory, and beneath it.
final class RootTree {
    let root: DirectoryHandle
    private let settings: UnpackSettings
    /// The directory of the last member: the next one is mostly there, too.
    private var last: (path: EntryPath, directory: Directory)?
    /// Directories and names made by the archive that is being unpacked; only layers need to know.
    private var own: Set<Place> = []

    /// An open directory, and what makes it the same one by another path.
    struct Directory {
        let handle: SharedDescriptor
        let filesystem: UInt64
        let inode: UInt64
    }

    /// A name in a directory.
    private struct Place: Hashable {
        let inode: UInt64
        let name: [UInt8]
    }

    init(_ root: DirectoryHandle, _ settings: UnpackSettings) {
        self.root = root
        self.settings = settings
    }

    // MARK: - Directories

    /// Opens the directory in which a member belongs; those that are missing are made.
    func parent(of path: EntryPath) throws(ImageFailure) -> Directory {
        let parent = path.parent
        if let last, last.path == parent { return last.directory }
        let directory = try self.directory(parent, for: path)
        last = (parent, directory)
        return directory
    }

    /// Forgets which directory was the last: something was taken away, perhaps that one.
    func forgetLast() { last = nil }

    private func directory(_ path: EntryPath, for member: EntryPath) throws(ImageFailure) -> Directory {
        if let found = try existing(path, for: member) { return found }
        // Not recursive: a path may have two thousand names.
        var current = try existing(EntryPath(names: []), for: member)
        for end in 1...max(1, path.names.count) {
            let step = EntryPath(names: Array(path.names[..<min(end, path.names.count)]))
            if let found = try existing(step, for: member) {
                current = found
                continue
            }
            guard let above = current else { break }
            try make(step, in: above, member)
            current = try existing(step, for: member)
        }
        guard let current else { throw ImageFailure("cannot unpack \(shown(member.text)): the directory above it leads nowhere") }
        return current
    }

    private func make(_ path: EntryPath, in above: Directory, _ member: EntryPath) throws(ImageFailure) {
        do throws(KernelError) {
            try above.handle.owned.makeDirectory(EntryName(path.name), mode: 0o755)
            try above.handle.owned.setPermissions(of: EntryName(path.name), 0o755)
            if case .mapped = settings.ownership, let user = settings.ownership.user(0), let group = settings.ownership.group(0) {
                try above.handle.owned.setOwner(of: EntryName(path.name), user, group)
            }
        } catch {
            if error.errno == .fileExists {
                throw ImageFailure("cannot unpack \(shown(member.text)): the symbolic link \(shown(path.text)) above it leads nowhere")
            }
            throw Self.failure(error, member)
        }
        note(EntryName(path.name), in: above)
    }

    private func existing(_ path: EntryPath, for member: EntryPath) throws(ImageFailure) -> Directory? {
        do throws(KernelError) {
            let open = try root.open(path.text, [.path, .directory], links: settings.isLayer ? .followedInside : .refused)
            let status = try FileStatus(of: open)
            return Directory(handle: SharedDescriptor(open), filesystem: status.filesystem, inode: status.inode)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw Self.failure(error, member)
        }
    }

    // MARK: - Names

    /// What has a name now; a link itself, not what it leads to.
    func status(_ name: EntryName, in directory: Directory, for member: EntryPath) throws(ImageFailure) -> FileStatus? {
        do throws(KernelError) {
            guard let place = try directory.handle.owned.place(of: name) else { return nil }
            return try FileStatus(of: place)
        } catch {
            throw Self.failure(error, member)
        }
    }

    /// Remembers that the archive made a name.
    func note(_ name: EntryName, in directory: Directory) {
        if settings.isLayer { own.insert(Place(inode: directory.inode, name: Array(name.bytes))) }
    }

    func isOwn(_ name: EntryName, in directory: Directory) -> Bool {
        own.contains(Place(inode: directory.inode, name: Array(name.bytes)))
    }

    /// Removes a name with everything beneath it; nothing happens when it does not exist.
    func remove(_ name: EntryName, in directory: Directory, for member: EntryPath) throws(ImageFailure) {
        guard let status = try status(name, in: directory, for: member) else { return }
        forgetLast()
        do throws(KernelError) {
            guard status.kind == .directory else { return try directory.handle.owned.removeEntry(name) }
            let report = try TreeRemoval.remove("/proc/self/fd/\(directory.handle.number)/\(name.text)")
            if let stayed = report.remaining.first { throw stayed.error }
        } catch {
            throw Self.failure(error, member)
        }
    }

    /// Removes what earlier layers have beneath a directory, and keeps what this one made.
    ///
    /// Each level keeps a directory open, so a tree that is deeper than descriptors last is an error, not the end of the stack.
    func removeEarlier(in directory: Directory, for member: EntryPath) throws(ImageFailure) {
        forgetLast()
        let names: [String]
        do throws(KernelError) { names = try DirectoryListing.names(in: directory.handle.owned, subject: member.text) } catch {
            throw Self.failure(error, member)
        }
        for name in names { try removeEarlier(EntryName(name), in: directory, for: member) }
    }

    /// Removes a name, but for what this layer made there.
    func removeEarlier(_ name: EntryName, in directory: Directory, for member: EntryPath) throws(ImageFailure) {
        let isOwn = isOwn(name, in: directory)
        guard let status = try status(name, in: directory, for: member) else { return }
        guard status.kind == .directory else {
            if !isOwn { try remove(name, in: directory, for: member) }
            return
        }
        let below = try open(name, in: directory, for: member)
        try removeEarlier(in: below, for: member)
        if isOwn { return }
        do throws(KernelError) { try directory.handle.owned.removeEntry(name, isDirectory: true) } catch {
            // Something of this layer is in it.
            if error.errno != .directoryNotEmpty { throw Self.failure(error, member) }
        }
    }

    /// Opens a directory by its name, not through a link.
    func open(_ name: EntryName, in directory: Directory, for member: EntryPath) throws(ImageFailure) -> Directory {
        do throws(KernelError) {
            let open = try directory.handle.owned.openDirectory(name)
            let status = try FileStatus(of: open)
            return Directory(handle: SharedDescriptor(open), filesystem: status.filesystem, inode: status.inode)
        } catch {
            throw Self.failure(error, member)
        }
    }

    static func failure(_ error: KernelError, _ member: EntryPath) -> ImageFailure {
        let what = "cannot unpack \(shown(member.text))"
        switch error.errno {
        case .tooManySymbolicLinkLevels: return ImageFailure("\(what): its path goes through a symbolic link")
        case .notDirectory: return ImageFailure("\(what): its path goes through something that is no directory")
        case .improperLink: return ImageFailure("\(what): its path leaves the root filesystem")
        case .noSpace: return ImageFailure("\(what): \(error.reason)", advice: "make room, or choose another place: lxc-create -P, --dir")
        case .invalidArgument where error.call.hasPrefix("fchown"):
            return ImageFailure("\(what): its owner has no place in the id map here", advice: "map more ids with lxc.idmap")
        default: return ImageFailure("\(what): \(error.call): \(error.reason)")
        }
    }
}
