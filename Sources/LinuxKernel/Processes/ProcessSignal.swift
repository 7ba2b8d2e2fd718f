// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Signals and status of a process whose pidfd somebody else owns; see ``PidFD`` for the owning form.
package enum ProcessSignal {
    /// Kernel call: `pidfd_send_signal(2)`.
    package static func send(_ signal: Int32, toHandle handle: Int32) throws(KernelError) {
        try kernelCommand("pidfd_send_signal", "signal \(signal)") { clinux_pidfd_send_signal(handle, signal) }
    }

    /// Waits for the end of a child and collects its status. Kernel call: `waitid(2)` with `P_PIDFD`.
    package static func collect(handle: Int32) throws(KernelError) -> ExitStatus {
        var info = siginfo_t()
        // __WALL: a child made with CLONE_PARENT has no exit signal.
        try kernelCommand("waitid", "child") { clinux_waitid_pidfd(handle, &info, WEXITED | 0x4000_0000) }
        return ExitStatus(code: info.si_code, status: clinux_siginfo_status(&info))
    }
}

extension PidFD {
    /// Gives the descriptor out.
    package consuming func intoDescriptor() -> OwnedDescriptor { descriptor }
}
