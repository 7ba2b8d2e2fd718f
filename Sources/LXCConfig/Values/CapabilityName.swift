// SPDX-License-Identifier: Apache-2.0

/// A capability as the configuration names it: lower case, without `CAP_`, or a number.
package struct CapabilityName: Sendable, Hashable {
    /// The kernel's number, 0 to 63.
    package let number: Int

    /// The capability with this number; nil outside 0 to 63. A number that no name is known for is allowed: kernels grow.
    package init?(number: Int) {
        guard (0...63).contains(number) else { return nil }
        self.number = number
    }

    /// The capability for a word of the configuration.
    package init?(word: String) {
        if let number = Self.names.firstIndex(of: word) {
            self.init(number: number)
        } else if let number = try? DecimalNumber.parse(word, in: 0...63) {  // try?: the caller speaks of names
            self.init(number: number)
        } else {
            return nil
        }
    }

    /// The name, or the number in digits when no name is known.
    package var name: String { number < Self.names.count ? Self.names[number] : String(number) }

    /// Names of capabilities(7); the place in the list is the kernel's number.
    package static let names = [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
        "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
        "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
        "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
        "perfmon", "bpf", "checkpoint_restore",
    ]
}
