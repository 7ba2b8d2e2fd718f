// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Puts mounts into the root filesystem without ever following a symbolic link that the container could have placed.
///
/// A mount is made detached, its target is opened beneath the root filesystem, and the two descriptors are joined.
struct MountPerformer {
    let context: InitContext

    /// Performs one line of `lxc.mount.entry` or of the fstab file.
    func perform(_ sourced: Sourced<MountEntry>, key: String) throws(OperationFailure) {
        let entry = sourced.value
        do {
            try performStrictly(entry)
        } catch {
            if entry.options.isOptional {
                context.log.debug("skipped optional mount \(entry.source) on \(entry.target): \(error.reason)")
                return
            }
            var failure = error
            failure.key = key
            failure.origin = sourced.origin
            if failure.hint == nil, failure.errno == Errno.noSuchFileOrDirectory.rawValue {
                failure.hint = "add \"optional\" to its options to start without it"
            }
            throw failure
        }
    }

    private func performStrictly(_ entry: MountEntry) throws(OperationFailure) {
        let what = "cannot mount \(entry.source) on \(entry.target)"
        let target = try self.target(of: entry, what: what)
        try create(target, entry.options.create, what: what)
        if entry.options.flags.contains(.remount) && !entry.options.flags.contains(.bind) {
            return try remount(target, entry.options, what: what)
        }
        let mount = try mappedMount(of: entry, what: what)
        try attempting(what) { () throws(KernelError) in
            try mount.change(
                set: MountFlagTranslation.attributes(entry.options.flags), clear: MountFlagTranslation.cleared(entry),
                propagation: MountFlagTranslation.propagation(entry.options),
                recursive: entry.options.flags.contains(.recursive) || entry.options.propagation?.isRecursive == true)
        }
        try attach(mount, on: target, what: what)
    }

    /// Path of the target relative to the root filesystem.
    func target(of entry: MountEntry, what: String) throws(OperationFailure) -> String {
        let path = entry.target
        var relative = path
        if path.hasPrefix("/") {
            let own = [context.config.rootfs.plainPath, context.plan.directory + "/rootfs", context.mountPoint].compactMap { $0 }
            if let prefix = own.first(where: { path == $0 || path.hasPrefix($0 + "/") }) {
                relative = String(path.dropFirst(prefix.count))
            } else if context.hasRootfs {
                throw OperationFailure(
                    what, reason: "the target lies outside the root filesystem",
                    hint: "write the target relative to the root filesystem: \(path.drop { $0 == "/" })")
            }
        }
        let components = relative.split(separator: "/").filter { $0 != "." }
        if components.contains("..") || (components.isEmpty && context.hasRootfs) {
            throw OperationFailure(what, reason: "the target must be a place below the root filesystem")
        }
        return components.joined(separator: "/")
    }

    private func create(_ target: String, _ creation: MountOptions.Creation?, what: String) throws(OperationFailure) {
        guard let creation else { return }
        do {
            switch creation {
            case .directory: try context.rootfs.makeDirectories(target)
            case .file: try context.rootfs.makeFile(target)
            }
        } catch { throw failure(what, error, target) }
    }

    private func source(of entry: MountEntry, what: String) throws(OperationFailure) -> DetachedMount {
        let options = entry.options
        if options.flags.contains(.bind) {
            let recursive = options.flags.contains(.recursive)
            if options.isRelative {
                return try attempting(what) { () throws(KernelError) in
                    let place = try context.rootfs.open(entry.source, .path, links: .followedInside)
                    return try DetachedMount(copying: place, recursive: recursive, label: entry.source)
                }
            }
            return try attempting(what) { () throws(KernelError) in try DetachedMount(copying: entry.source, recursive: recursive) }
        }
        return try attempting(what) { () throws(KernelError) in
            try DetachedMount(
                newInstanceOf: entry.fsType, source: entry.source,
                options: MountFlagTranslation.superblockOptions(options) + options.data.split(separator: ",").map(String.init),
                attributes: [])
        }
    }

    /// The source with the owners that its options ask for.
    private func mappedMount(of entry: MountEntry, what: String) throws(OperationFailure) -> DetachedMount {
        if context.isMapped, IDMappedMounts.takes(entry) {
            // Made and mapped by the supervisor; one that is optional and was not found is not among them.
            guard let place = context.mappedMounts.firstIndex(where: { $0.what == what }) else {
                throw OperationFailure(what, KernelError(call: "open_tree", errno: .noSuchFileOrDirectory, subject: entry.source))
            }
            let made = context.mappedMounts.remove(at: place)
            return try attempting(what) { () throws(KernelError) in DetachedMount(owning: try made.mount.duplicate(), label: entry.source) }
        }
        let mount = try source(of: entry, what: what)
        if let idmap = entry.options.idmap { try mapOwners(of: mount, idmap, what: what) }
        return mount
    }

    private func mapOwners(of mount: borrowing DetachedMount, _ idmap: String, what: String) throws(OperationFailure) {
        let path = idmap == "container" ? "/proc/self/ns/user" : idmap
        let namespace = try attempting("\(what): cannot open the user namespace \(path)") { () throws(KernelError) in
            try OwnedDescriptor(opening: path, .readOnly)
        }
        try attempting(what) { () throws(KernelError) in try mount.mapOwners(through: namespace.number, recursive: false) }
    }

    private func remount(_ target: String, _ options: MountOptions, what: String) throws(OperationFailure) {
        do {
            let place = try context.rootfs.open(target, .path)
            try MountPoint.change(
                place.number, label: target, set: MountFlagTranslation.attributes(options.flags),
                clear: MountFlagTranslation.attributes(options.cleared))
        } catch { throw failure(what, error, target) }
    }

    /// Attaches a mount on a path beneath the root filesystem.
    func attach(_ mount: borrowing DetachedMount, on target: String, what: String) throws(OperationFailure) {
        do throws(KernelError) {
            let place = try context.rootfs.open(target, .path)
            do throws(KernelError) { try mount.attach(to: place, subject: target) } catch {
                // The kernel says no more than "invalid argument".
                let isFolder = try FileStatus(of: place).kind == .directory
                guard error.errno == .invalidArgument, try (FileStatus(of: mount.descriptor).kind == .directory) != isFolder else {
                    throw error
                }
                throw KernelError(
                    call: error.call, errno: error.errno, subject: target,
                    explanation: isFolder ? "\(target) is a directory, the source is none" : "\(target) is no directory, the source is one")
            }
        } catch { throw failure(what, error, target) }
    }

    /// A failure that names the symbolic link when one was in the way.
    func failure(_ what: String, _ error: KernelError, _ target: String) -> OperationFailure {
        guard error.errno == .tooManySymbolicLinkLevels, let link = context.rootfs.symbolicLink(on: target) else {
            if error.errno == .noSuchFileOrDirectory {
                return OperationFailure(
                    what, reason: "\(target) does not exist in the root filesystem", errno: error.errno.rawValue,
                    hint: "add \"create=dir\" or \"create=file\" to its options")
            }
            return OperationFailure(what, error)
        }
        return OperationFailure(
            what, reason: "/\(link) in the root filesystem is a symbolic link", errno: error.errno.rawValue,
            hint: "mount on the place that the link points to, or replace the link by a directory")
    }
}
