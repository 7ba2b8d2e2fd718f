// SPDX-License-Identifier: Apache-2.0

/// `lxc.mount.*`
package struct MountSettings: Sendable, Equatable {
    /// `lxc.mount.fstab`: a file of mount entries.
    package var fstab: Sourced<String>?
    /// `lxc.mount.entry`, in order.
    package var entries: [Sourced<MountEntry>] = []
    /// `lxc.mount.auto`: at most one of each family, in the order proc, sys, cgroup, cgroup2, shmounts.
    package var automatic: [Sourced<AutomaticMount>] = []

    package init() {}
}

/// One word of `lxc.mount.auto`.
package enum AutomaticMount: Sendable, Equatable {
    package enum ProcMode: Sendable, Equatable { case mixed, readWrite }
    package enum SysMode: Sendable, Equatable { case mixed, readOnly, readWrite }
    package enum CgroupMode: Sendable, Equatable { case `default`, mixed, readOnly, readWrite }

    case proc(ProcMode)
    case sys(SysMode)
    /// `full`: the whole tree, not only the container's own part; `force`: even when a cgroup namespace makes it needless.
    case cgroup(mode: CgroupMode, full: Bool, force: Bool)
    case cgroup2(readOnly: Bool)
    /// A directory through which mounts are injected into the running container.
    case shmounts(host: String, container: String)
}
