// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// One mount of a list that is carried out in order, later, on a verified handle of the rootfs.
package struct PlannedMount: Sendable, Equatable {
    /// What appears at the target.
    package enum Content: Sendable, Equatable {
        /// Nothing is mounted: the directory is made, and those above it.
        case directory
        /// A new mount of a filesystem. An option without a value is a flag.
        case filesystem(type: String, options: [Option])
        /// The target once more on itself, so that it can have attributes of its own.
        case itself
        /// A directory of the host.
        case bind(source: String)
    }

    /// One option of a filesystem.
    package struct Option: Sendable, Equatable {
        package var name: String
        package var value: String?

        package init(_ name: String, _ value: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    package var content: Content
    /// Where, relative to the rootfs; made as a directory when missing.
    package var target: String
    package var attributes: MountAttributes

    package init(_ content: Content, at target: String, _ attributes: MountAttributes = []) {
        self.content = content
        self.target = target
        self.attributes = attributes
    }

    /// Whether nothing can be written through the mount.
    package var isReadOnly: Bool { attributes.contains(.readOnly) }
}

/// The mounts that `lxc.mount.auto = cgroup…` asks for.
package struct CgroupMounts: Sendable {
    /// The host's hierarchies.
    package var layout: CgroupLayout
    /// Those in which the container has a cgroup: an ordinary user may make some in a few only. Nil for all.
    package var members: [CgroupHierarchy]?
    /// The payload's cgroup below the bases: ``ContainerCgroups/payloadPath``.
    package var payloadPath: String
    /// Whether the container has a cgroup namespace of its own.
    package var hasCgroupNamespace: Bool
    /// Whether the container keeps `CAP_SYS_ADMIN`, so that its init can mount by itself.
    package var keepsSysAdmin: Bool

    package init(layout: CgroupLayout, payloadPath: String, hasCgroupNamespace: Bool, keepsSysAdmin: Bool) {
        self.layout = layout
        self.payloadPath = payloadPath
        self.hasCgroupNamespace = hasCgroupNamespace
        self.keepsSysAdmin = keepsSysAdmin
    }

    /// Works the list out; it is empty for options of other families.
    ///
    /// - Parameter option: One word of `lxc.mount.auto`.
    /// - Returns: The mounts, in order.
    /// - Throws: ``CgroupError/noUnifiedHierarchy`` and ``CgroupError/needsCgroupNamespace``.
    package func plan(_ option: AutomaticMount) throws(CgroupError) -> [PlannedMount] {
        switch option {
        case .cgroup2(let readOnly):
            guard layout.unified != nil else { throw .noUnifiedHierarchy }
            return try unified(isReadOnly: readOnly)
        case .cgroup(let mode, let full, let force):
            let mode = mode == .default ? (keepsSysAdmin ? .readWrite : .mixed) : mode
            switch layout.kind {
            case .none: return []
            case .unified: return try unified(isReadOnly: mode == .readOnly)
            case .legacy, .hybrid: break
            }
            guard hasCgroupNamespace else { return full ? wholeHierarchies(mode) : ownParts(mode) }
            // Init can mount its part by itself, and systemd insists on doing so.
            if keepsSysAdmin && !force { return [] }
            return [Self.top] + layout.hierarchies.map { fresh($0, isReadOnly: mode == .readOnly) }
        default: return []
        }
    }

    private static let place = "sys/fs/cgroup"

    private static let top = PlannedMount(
        .filesystem(type: "tmpfs", options: [.init("size", "10240k"), .init("mode", "755")]), at: place, .harmless)

    private func unified(isReadOnly: Bool) throws(CgroupError) -> [PlannedMount] {
        guard hasCgroupNamespace else { throw .needsCgroupNamespace }
        return [
            PlannedMount(.filesystem(type: "cgroup2", options: []), at: Self.place, isReadOnly ? [.harmless, .readOnly] : .harmless)
        ]
    }

    /// A new mount of a hierarchy. It shows what the caller's cgroup namespace allows.
    private func fresh(_ hierarchy: CgroupHierarchy, isReadOnly: Bool) -> PlannedMount {
        let attributes: MountAttributes = isReadOnly ? [.harmless, .readOnly] : .harmless
        let target = Self.target(hierarchy)
        guard hierarchy.version == .v1 else {
            return PlannedMount(.filesystem(type: "cgroup2", options: []), at: target, attributes)
        }
        let options = hierarchy.controllers.map { controller in
            let parts = controller.split(separator: "=", maxSplits: 1).map(String.init)
            return parts.count == 2 ? PlannedMount.Option(parts[0], parts[1]) : PlannedMount.Option(controller)
        }
        return PlannedMount(.filesystem(type: "cgroup", options: options), at: target, attributes)
    }

    /// Plain directories that lead to the container's own part of each hierarchy.
    private func ownParts(_ mode: AutomaticMount.CgroupMode) -> [PlannedMount] {
        var mounts = [Self.top]
        for hierarchy in layout.hierarchies {
            guard let own = own(hierarchy, isReadOnly: mode == .readOnly) else { continue }
            mounts.append(PlannedMount(.directory, at: own.target))
            if mode != .readWrite { mounts.append(PlannedMount(.itself, at: Self.target(hierarchy), [.harmless, .readOnly])) }
            mounts.append(own)
        }
        return mounts
    }

    /// The host's whole hierarchies; with `mixed` only the container's own part can be written.
    private func wholeHierarchies(_ mode: AutomaticMount.CgroupMode) -> [PlannedMount] {
        var mounts = [Self.top]
        for hierarchy in layout.hierarchies {
            mounts.append(fresh(hierarchy, isReadOnly: mode != .readWrite))
            if mode == .mixed, let own = own(hierarchy, isReadOnly: false) { mounts.append(own) }
        }
        return mounts
    }

    private func own(_ hierarchy: CgroupHierarchy, isReadOnly: Bool) -> PlannedMount? {
        let cgroup = (hierarchy.base == "/" ? "" : hierarchy.base) + "/" + payloadPath
        guard members?.contains(hierarchy) ?? true, let source = hierarchy.directory(of: cgroup) else { return nil }
        return PlannedMount(.bind(source: source), at: Self.target(hierarchy) + cgroup, isReadOnly ? .readOnly : [])
    }

    private static func target(_ hierarchy: CgroupHierarchy) -> String { place + "/" + hierarchy.directoryName }
}
