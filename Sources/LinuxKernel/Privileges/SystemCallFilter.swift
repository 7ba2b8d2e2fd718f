// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The kernel's filter for system calls.
package struct SystemCallFilter: Sendable {
    /// An array of `struct sock_filter`, 8 bytes each.
    package let program: [UInt8]
    /// Whether it leaves some calls for another program to decide.
    package let notifies: Bool

    package init(program: [UInt8], notifies: Bool) {
        self.program = program
        self.notifies = notifies
    }

    /// Loads the filter, which this process and all its descendants keep for ever.
    ///
    /// Needs `no_new_privs` or `CAP_SYS_ADMIN` in the user namespace. Kernel call: `seccomp(2)` `SECCOMP_SET_MODE_FILTER`.
    ///
    /// - Returns: Where the calls wait that another program decides; nil when the filter has none.
    /// - Throws: ``KernelError``; `.invalidArgument` for a program that the kernel does not accept, `.resourceBusy` when this process
    ///   has another filter of which calls are decided elsewhere.
    package func load() throws(KernelError) -> SystemCallListener? {
        guard program.count.isMultiple(of: 8), let count = UInt16(exactly: program.count / 8) else {
            throw KernelError(call: "seccomp", errno: .invalidArgument, subject: "filter of \(program.count) bytes")
        }
        guard notifies else {
            _ = try load(count, flags: 0)
            return nil
        }
        let listener = UInt(CLINUX_FILTER_NEW_LISTENER)
        do throws(KernelError) {
            // Only a deadly signal interrupts a call that is being decided: the program that decides may have acted already.
            return try Self.listener(load(count, flags: listener | UInt(CLINUX_FILTER_WAIT_KILLABLE)))
        } catch {
            // Linux before 5.19.
            guard error.errno == .invalidArgument else { throw error }
            return try Self.listener(load(count, flags: listener))
        }
    }

    private func load(_ count: UInt16, flags: UInt) throws(KernelError) -> Int32 {
        try kernelCall("seccomp", "filter") { program.withUnsafeBytes { clinux_load_filter($0.baseAddress, count, flags) } }
    }

    private static func listener(_ number: Int32) -> SystemCallListener {
        SystemCallListener(SharedDescriptor(OwnedDescriptor(owning: number)))
    }
}
