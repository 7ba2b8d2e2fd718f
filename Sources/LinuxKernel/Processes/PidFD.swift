// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A descriptor naming one process, even after its number is reused.
package struct PidFD: ~Copyable, Sendable {
    package let descriptor: OwnedDescriptor

    /// Opens a handle on a running process.
    ///
    /// - Parameter pid: The process number in the caller's PID namespace, greater than zero.
    /// - Throws: ``KernelError``, with `errno` `.noSuchProcess` when nothing has that number and
    ///   `.invalidArgument` when it is not positive.
    ///
    /// Kernel call: `pidfd_open(2)`, Linux 5.3. The descriptor is close-on-exec.
    package init(_ pid: Int32) throws(KernelError) {
        descriptor = OwnedDescriptor(owning: try kernelCall("pidfd_open", "process \(pid)") { clinux_pidfd_open(pid, 0) })
    }

    /// Takes over a process descriptor that came from elsewhere.
    package init(owning descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

    /// The descriptor's number.
    package var number: Int32 { descriptor.number }

    /// Sends a signal to the process.
    ///
    /// - Throws: ``KernelError`` with `.noSuchProcess` when it has ended.
    ///
    /// Kernel call: `pidfd_send_signal(2)`, Linux 5.1.
    package func send(_ signal: Int32) throws(KernelError) {
        let number = number
        try kernelCommand("pidfd_send_signal", "signal \(signal)") { clinux_pidfd_send_signal(number, signal) }
    }

    /// Whether the process still runs (a zombie does not).
    package var isRunning: Bool {
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return CLinux.poll(&entry, 1, 0) == 0
    }

    /// The process's number in the caller's pid namespace; 0 when it is not visible there, -1 when it has ended.
    ///
    /// Kernel call: `ioctl(2)` `PIDFD_GET_INFO`, Linux 6.13; before that `/proc/self/fdinfo`.
    package static func number(ofHandle handle: Int32) throws(KernelError) -> Int32 {
        let number = clinux_pidfd_number(handle)
        // Not supported, ended, or not visible: the file tells these apart.
        if number > 0 { return number }
        let line = try WholeFile.text("/proc/self/fdinfo/\(handle)").split(separator: "\n").first { $0.hasPrefix("Pid:") }
        guard let field = line?.dropFirst(4).split(whereSeparator: { $0.isWhitespace }).first, let number = Int32(field) else { return 0 }
        return number
    }

    /// Waits until the process has ended.
    ///
    /// - Parameter milliseconds: The longest wait; negative for ever.
    /// - Returns: Whether it ended in time.
    package func waitForEnd(milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        while true {
            let count = CLinux.poll(&entry, 1, milliseconds)
            if count >= 0 { return count > 0 }
            if Errno.last.rawValue != EINTR { return false }
        }
    }

    /// Collects the exit status of a child.
    ///
    /// Kernel call: `waitid(2)` with `P_PIDFD`, Linux 5.4.
    package func collect() throws(KernelError) -> ExitStatus {
        let number = number
        var info = siginfo_t()
        try kernelCommand("waitid", "child") { clinux_waitid_pidfd(number, &info, WEXITED | 0x4000_0000) }
        return ExitStatus(code: info.si_code, status: clinux_siginfo_status(&info))
    }
}
