// SPDX-License-Identifier: Apache-2.0
import CLinux

/// User, group and supplementary groups of the running process.
package enum Credentials {
    /// Kernel call: `setresuid(2)`, all three ids.
    package static func setUser(_ user: UInt32) throws(KernelError) {
        try kernelCommand("setresuid", "user \(user)") { clinux_setresuid(user, user, user) }
    }

    /// Kernel call: `setresgid(2)`, all three ids.
    package static func setGroup(_ group: UInt32) throws(KernelError) {
        try kernelCommand("setresgid", "group \(group)") { clinux_setresgid(group, group, group) }
    }

    /// Kernel call: `setgroups(2)`.
    package static func setSupplementaryGroups(_ groups: [UInt32]) throws(KernelError) {
        try kernelCommand("setgroups", "\(groups.count) groups") { clinux_setgroups(UInt(groups.count), groups) }
    }

    /// Does work on files as somebody else: what is made belongs to him, and he has to be allowed to make it.
    ///
    /// For root, who does not exist on filesystems that a container with ids of its own has mounted. Kernel calls: `setfsgid(2)`,
    /// `setfsuid(2)`.
    package static func withFilesystemIdentity<Value: ~Copyable>(
        user: UInt32, group: UInt32, _ work: () throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let before = (user: clinux_setfsuid(.max), group: clinux_setfsgid(group))
        _ = clinux_setfsuid(user)
        defer {
            _ = clinux_setfsuid(before.user)
            _ = clinux_setfsgid(before.group)
        }
        return try work()
    }

    /// The supplementary groups of the caller, in no order.
    ///
    /// Kernel call: `getgroups(2)`.
    package static func supplementaryGroups() throws(KernelError) -> [UInt32] {
        let count = try kernelCall("getgroups", "groups") { getgroups(0, nil) }
        var groups = [UInt32](repeating: 0, count: Int(count))
        let filled = try kernelCall("getgroups", "\(count) groups") { getgroups(count, &groups) }
        return Array(groups.prefix(Int(filled)))
    }
}
