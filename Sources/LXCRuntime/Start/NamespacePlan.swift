// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Which namespaces a container gets, and how it comes into them.
struct NamespacePlan: Sendable, Equatable {
    /// New from birth.
    var born: NamespaceSet
    /// Made new by the container's first process itself, once the supervisor has prepared what they depend on.
    var unshared: NamespaceSet
    /// Taken from somebody else: a container's name, a process number or a path.
    var joined: KeyedList<NamespaceKind, Sourced<String>>
    var users: [IDRange]
    var groups: [IDRange]
    /// The host's ids of the container's root.
    var mappedRoot: (user: UInt32, group: UInt32) {
        (users.lazy.compactMap { $0.outsideID(of: 0) }.first ?? 0, groups.lazy.compactMap { $0.outsideID(of: 0) }.first ?? 0)
    }

    /// `bornInCgroup`: whether the process is created in its cgroup (pure cgroup v2), so that a cgroup namespace made at
    ///   birth has the right root.
    init(_ config: ContainerConfig, bornInCgroup: Bool) {
        users = Self.ranges(config, .user)
        groups = Self.ranges(config, .group)
        joined = config.namespaces.share
        let isMapped = !config.idMap.isEmpty
        var wanted: NamespaceSet
        if let listed = config.namespaces.clone {
            wanted = listed.reduce(into: []) { $0.insert($1.set) }
        } else {
            wanted = [.mount, .pid, .uts, .ipc, .network, .cgroup]
            if isMapped { wanted.insert(.user) }
            if config.namespaces.timeOffsetBoot != 0 || config.namespaces.timeOffsetMonotonic != 0 { wanted.insert(.time) }
        }
        if Self.sharesHostNetwork(config) { wanted.remove(.network) }
        for kind in config.namespaces.keep { wanted.remove(kind.set) }
        for kind in joined.keys { wanted.remove(kind.set) }
        unshared = wanted.intersection(.time)
        // Made beside the rest of the start, see NewNetwork; one that belongs to a user namespace can only be made in there.
        if !isMapped { unshared.formUnion(wanted.intersection(.network)) }
        if !bornInCgroup { unshared.formUnion(wanted.intersection(.cgroup)) }
        born = wanted.subtracting(unshared)
    }

    /// Every namespace that is not the supervisor's.
    var flags: NamespaceSet { born.union(unshared).union(joined.keys.reduce(into: NamespaceSet()) { $0.insert($1.set) }) }

    private static func ranges(_ config: ContainerConfig, _ kind: IDMapEntry.Kind) -> [IDRange] {
        config.idMap.filter { $0.kind == kind }.map { IDRange(inside: $0.containerID, outside: $0.hostID, count: $0.count) }
    }

    /// The host's network is shared only when `none` is the sole kind of network that is asked for.
    static func sharesHostNetwork(_ config: ContainerConfig) -> Bool {
        !config.networks.isEmpty && config.networks.allSatisfy { $0.type?.value == "none" }
    }
}

extension NamespaceKind {
    var set: NamespaceSet {
        switch self {
        case .user: .user
        case .mnt: .mount
        case .pid: .pid
        case .uts: .uts
        case .ipc: .ipc
        case .net: .network
        case .cgroup: .cgroup
        case .time: .time
        }
    }
}
