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
