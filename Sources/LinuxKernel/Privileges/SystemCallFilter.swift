// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The kernel's filter for system calls.
package enum SystemCallFilter {
    /// Loads a filter, which this process and all its descendants keep for ever.
    ///
    /// Needs `no_new_privs` or `CAP_SYS_ADMIN` in the user namespace. Kernel call: `seccomp(2)` `SECCOMP_SET_MODE_FILTER`.
    ///
    /// - Parameter program: An array of `struct sock_filter`, 8 bytes each.
    /// - Throws: ``KernelError``; `.invalidArgument` for a program that the kernel does not accept.
    package static func load(_ program: [UInt8]) throws(KernelError) {
        guard program.count.isMultiple(of: 8), let count = UInt16(exactly: program.count / 8) else {
            throw KernelError(call: "seccomp", errno: .invalidArgument, subject: "filter of \(program.count) bytes")
        }
        try kernelCommand("seccomp", "filter") { program.withUnsafeBytes { clinux_load_filter($0.baseAddress, count) } }
    }
}
