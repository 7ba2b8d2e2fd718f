// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// One mounted cgroup hierarchy.
package struct CgroupHierarchy: Sendable, Equatable {
    /// Generation of the hierarchy.
    package var version: CgroupVersion
    /// v1: the kernel's names of the controllers, or `name=…`. cgroup v2: empty here, since they differ from cgroup to cgroup.
    package var controllers: [String]
    /// Where it is mounted.
    package var mountPoint: String
    /// The cgroup that is seen at the mount point, usually `/`.
    package var mountRoot: String
    /// The cgroup below which containers get theirs; begins with a slash, has none at its end except when it is `/`.
    package var base: String

    package init(version: CgroupVersion, controllers: [String], mountPoint: String, mountRoot: String = "/", base: String = "/") {
        self.version = version
        self.controllers = controllers
        self.mountPoint = mountPoint
        self.mountRoot = mountRoot
        self.base = base
    }

    /// The directory of the base on the host; nil when the mount does not show it.
    package var baseDirectory: String? { directory(of: base) }

    /// The directory of a cgroup on the host.
    ///
    /// - Parameter cgroup: The cgroup's path as `/proc/PID/cgroup` shows it.
    /// - Returns: Nil when the mount shows another part of the hierarchy.
    package func directory(of cgroup: String) -> String? {
        let path = cgroup.split(separator: "/")
        let root = mountRoot.split(separator: "/")
        guard path.starts(with: root), !path.contains("..") else { return nil }
        let below = path.dropFirst(root.count)
        return below.isEmpty ? mountPoint : mountPoint + "/" + below.joined(separator: "/")
    }

    /// Name of the mount point's last component, by which containers see the hierarchy.
    package var directoryName: String { mountPoint.split(separator: "/").last.map(String.init) ?? "cgroup" }
}

/// How the host has mounted its cgroup hierarchies.
package struct CgroupLayout: Sendable, Equatable {
    /// Kind of layout; raw values as the control protocol carries them.
    package enum Kind: Int32, Sendable, Equatable {
        /// No cgroup filesystem is mounted.
        case none = -1
        /// cgroup v1 only.
        case legacy = 0
        /// cgroup v1, and v2 beside it.
        case hybrid = 1
        /// cgroup v2 only.
        case unified = 2
    }

    package var kind: Kind
    /// The hierarchies, cgroup v1 in the kernel's order, cgroup v2 last.
    package var hierarchies: [CgroupHierarchy]

    package init(hierarchies: [CgroupHierarchy]) {
        self.hierarchies = hierarchies
        let hasLegacy = hierarchies.contains { $0.version == .v1 }
        let hasUnified = hierarchies.contains { $0.version == .v2 }
        kind = hasLegacy ? (hasUnified ? .hybrid : .legacy) : (hasUnified ? .unified : .none)
    }

    /// Works the layout out from the kernel's tables.
    ///
    /// A hierarchy may be mounted several times and anywhere; the first mount that can be reached and shows the base counts.
    ///
    /// - Parameters:
    ///   - mounts: Mounts of the caller.
    ///   - membership: Cgroups of the process whose own ones are the base.
    ///   - leavesInitScope: Whether the base is above systemd's `init.scope`, as it is for process 1.
    package init(mounts: MountTable, membership: ProcessCgroup, leavesInitScope: Bool) {
        let candidates = mounts.entries.compactMap { Candidate($0) }
        var legacy: [(order: UInt32, hierarchy: CgroupHierarchy)] = []
        var unified: CgroupHierarchy?
        for entry in membership.entries {
            let base = Self.base(of: entry.path, leavesInitScope: leavesInitScope)
            let version: CgroupVersion = entry.isUnified ? .v2 : .v1
            for candidate in candidates where candidate.shows(entry) {
                let hierarchy = CgroupHierarchy(
                    version: version, controllers: entry.controllers, mountPoint: candidate.mount.mountPoint,
                    mountRoot: candidate.mount.root, base: base)
                guard hierarchy.baseDirectory != nil, mounts.isReachable(candidate.mount) else { continue }
                if version == .v2 { unified = hierarchy } else { legacy.append((entry.hierarchy, hierarchy)) }
                break
            }
        }
        let ordered = legacy.sorted { $0.order < $1.order }.map { $0.hierarchy }
        self.init(hierarchies: unified.map { ordered + [$0] } ?? ordered)
    }

    /// Works the host's layout out.
    ///
    /// - Parameter isRelative: Base is the caller's own cgroup instead of the one of process 1 (`lxc.cgroup.relative`); it
    ///   always is for callers other than root.
    /// - Returns: The layout as the caller's mount namespace shows it.
    /// - Throws: ``KernelError`` when the tables in `/proc` cannot be read.
    package static func detect(isRelative: Bool = false) throws(KernelError) -> CgroupLayout {
        let ofInit = !isRelative && ProcessControl.effectiveUser == 0
        let membership = try ProcessCgroup.read(process: ofInit ? "1" : "self")
        return CgroupLayout(mounts: try MountTable.read(), membership: membership, leavesInitScope: ofInit)
    }

    /// The cgroup v2 hierarchy, if one is mounted.
    package var unified: CgroupHierarchy? { hierarchies.last.flatMap { $0.version == .v2 ? $0 : nil } }

    /// The v1 hierarchy of a controller (or `name=…`), if it is mounted.
    package func legacy(_ controller: String) -> CgroupHierarchy? {
        hierarchies.first { $0.version == .v1 && $0.controllers.contains(controller) }
    }

    /// A mounted cgroup filesystem.
    private struct Candidate {
        let mount: MountTable.Entry
        /// v1: options of the filesystem, its controllers among them; nil for cgroup v2.
        let options: [Substring]?

        init?(_ mount: MountTable.Entry) {
            switch mount.type {
            case "cgroup": options = mount.superOptions.split(separator: ",")
            case "cgroup2": options = nil
            default: return nil
            }
            self.mount = mount
        }

        func shows(_ entry: ProcessCgroup.Entry) -> Bool {
            guard let options, !entry.controllers.isEmpty else { return options == nil && entry.isUnified }
            return entry.controllers.allSatisfy { controller in options.contains { $0 == controller } }
        }
    }

    private static func base(of path: String, leavesInitScope: Bool) -> String {
        var components = path.split(separator: "/")
        if leavesInitScope, components.last == "init.scope" { components.removeLast() }
        return "/" + components.joined(separator: "/")
    }
}
