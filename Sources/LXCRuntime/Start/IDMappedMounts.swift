// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Mounts whose owners are mapped (the option `idmap`), of a container in a user namespace of its own.
///
/// Only who has rights over the filesystem may map them, which nobody in the container has: the supervisor makes the mounts before the
/// first process is born, which gets them by birth, and maps them once the user namespace has its own maps. `mount_setattr(2)`.
struct IDMappedMounts {
    /// One mount, and where it was asked for.
    struct Entry {
        let mount: SharedDescriptor
        let idmap: String
        let what: String
        let key: String
        let origin: ConfigOrigin?
    }

    /// In the order of the configuration, the fstab file first.
    private(set) var entries: [Entry] = []
    private var rootfs: Entry?

    /// What has a mount made, as ``Supervisor/apart(_:)`` does: its source may be on a filesystem that never answers.
    typealias Maker = (() throws(OperationFailure) -> SharedDescriptor?) throws(OperationFailure) -> SharedDescriptor?

    /// Makes the mounts of a configuration; none for a container without ids of its own, whose first process can do it.
    init(_ config: ContainerConfig, made: Maker) throws(OperationFailure) {
        guard !config.idMap.isEmpty else { return }
        if let fstab = config.mounts.fstab {
            let lines: [Sourced<MountEntry>]
            do throws(ConfigProblem) { lines = try FstabFile.read(fstab.value, namedAt: fstab.origin) } catch {
                throw OperationFailure(error)
            }
            for line in lines { try add(line, key: "lxc.mount.fstab", made) }
        }
        for entry in config.mounts.entries { try add(entry, key: "lxc.mount.entry", made) }
    }

    /// Whether the supervisor makes the mount of an entry.
    static func takes(_ entry: MountEntry) -> Bool {
        entry.options.idmap != nil && entry.options.flags.contains(.bind) && !entry.options.isRelative
    }

    private mutating func add(_ sourced: Sourced<MountEntry>, key: String, _ made: Maker) throws(OperationFailure) {
        let entry = sourced.value
        guard let idmap = entry.options.idmap, Self.takes(entry) else { return }
        let what = "cannot mount \(entry.source) on \(entry.target)"
        let mount = try made { () throws(OperationFailure) in
            do throws(KernelError) {
                return SharedDescriptor(
                    try DetachedMount(copying: entry.source, recursive: entry.options.flags.contains(.recursive)).takeDescriptor())
            } catch {
                // The first process leaves it out too when it finds none.
                if entry.options.isOptional { return nil }
                let hint = error.errno == .noSuchFileOrDirectory ? "add \"optional\" to its options to start without it" : nil
                throw OperationFailure(what, error, key: key, origin: sourced.origin, hint: hint)
            }
        }
        if let mount { entries.append(Entry(mount: mount, idmap: idmap, what: what, key: key, origin: sourced.origin)) }
    }

    /// Adds the root filesystem, if its owners are to be mapped.
    mutating func add(rootfs mount: SharedDescriptor?, _ config: ContainerConfig) throws(OperationFailure) {
        guard let mount, !config.idMap.isEmpty, let content = try RootfsContent(config), let idmap = try content.options().idmap else {
            return
        }
        let key = "lxc.rootfs.options"
        rootfs = Entry(
            mount: mount, idmap: idmap, what: "cannot mount the root filesystem \(content.path.value)", key: key,
            origin: config.origin(of: key))
    }

    /// Maps the owners, once the user namespace of a process has its maps.
    func map(for pid: Int32) throws(OperationFailure) {
        for entry in (rootfs.map { [$0] } ?? []) + entries {
            let path = entry.idmap == "container" ? "/proc/\(pid)/ns/user" : entry.idmap
            let namespace = try attempting(
                "\(entry.what): cannot open the user namespace \(path)", key: entry.key, origin: entry.origin
            ) { () throws(KernelError) in try OwnedDescriptor(opening: path, .readOnly) }
            try attempting("\(entry.what): cannot map its owners", key: entry.key, origin: entry.origin, hint: Self.advice) {
                () throws(KernelError) in
                let mount = DetachedMount(owning: try entry.mount.duplicate(), label: entry.what)
                try mount.mapOwners(through: namespace.number, recursive: false)
            }
        }
    }

    private static let advice = """
        the filesystem must know mapped owners (ext4, xfs, btrfs, tmpfs and others; not overlay), and only root may map them
        """
}
