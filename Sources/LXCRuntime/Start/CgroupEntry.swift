// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig

/// When the container's first process enters its cgroups.
///
/// On hosts with many v1 hierarchies making the cgroups takes as long as putting the root filesystem together, so both happen at the
/// same time where nothing can tell the difference.
enum CgroupEntry: Sendable {
    /// Before anything else.
    case early
    /// Once its root filesystem is mounted, just before the cgroup filesystems.
    case late

    /// Hooks run in the container's cgroups; a process in a user namespace may not enter them by itself; and what is mounted from a
    /// cgroup namespace depends on it.
    init(_ config: ContainerConfig, _ layout: CgroupLayout) {
        let hooks: [Hook] = [.preMount, .mount, .autodev]
        let isFree =
            layout.kind != .unified && config.idMap.isEmpty && hooks.allSatisfy { config.hooks.commands($0).isEmpty }
            && config.mounts.fstab == nil && !config.mounts.entries.contains { $0.value.fsType.hasPrefix("cgroup") }
        self = isFree ? .late : .early
    }
}
