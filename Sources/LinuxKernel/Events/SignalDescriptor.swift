// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Signals read from a descriptor instead of interrupting the program.
///
/// Kernel calls: `signalfd(2)`, `sigprocmask(2)`.
package struct SignalDescriptor: ~Copyable, Sendable {
    /// One signal that came.
    package struct Delivery: Sendable, Equatable {
        /// The signal's number.
        package let signal: Int32
        /// The sender, or the child that changed; 0 when it is in another pid namespace.
        package let pid: Int32
        package let uid: UInt32
        /// `si_code`: why it was sent.
        package let code: Int32
        /// Exit status or signal of the child (`SIGCHLD` only).
        package let status: Int32
    }

    package let descriptor: OwnedDescriptor
    /// The signals, with those that were blocked before left out: the ones to unblock again.
    private let newlyBlocked: [Int32]

    /// Blocks signals for the calling thread and makes the descriptor that reports them, non-blocking and close-on-exec.
    ///
    /// - Parameter signals: Signal numbers, 1 to 64; SIGKILL and SIGSTOP are ignored by the kernel.
    /// - Throws: ``KernelError`` `.invalidArgument` for a number out of range.
    package init(blocking signals: [Int32]) throws(KernelError) {
        let blocked = try BlockedSignals(signals)
        do { self = try blocked.listen() } catch {
            // Nobody would ever hear of them.
            try blocked.unblock()
            throw error
        }
    }

    /// Takes over a descriptor for signals that are blocked; `newlyBlocked` were not before.
    init(owning descriptor: consuming OwnedDescriptor, _ newlyBlocked: [Int32]) {
        self.descriptor = descriptor
        self.newlyBlocked = newlyBlocked
    }

    /// The descriptor's number, valid while this value lives.
    package var number: Int32 { descriptor.number }

    /// The next signal that waits, or `nil`.
    package func next() throws(KernelError) -> Delivery? {
        var raw = signalfd_siginfo()
        let number = descriptor.number
        let size = MemoryLayout<signalfd_siginfo>.size
        do throws(KernelError) {
            let count = try kernelCall("read", "signalfd") { read(number, &raw, size) }
            guard count == size, let signal = Int32(exactly: raw.ssi_signo) else { return nil }
            return Delivery(
                signal: signal, pid: Int32(bitPattern: raw.ssi_pid), uid: raw.ssi_uid, code: raw.ssi_code, status: raw.ssi_status)
        } catch {
            if error.errno == .resourceTemporarilyUnavailable { return nil }
            throw error
        }
    }

    /// Unblocks what ``init(blocking:)`` blocked, for example in a child before it executes a program.
    package func unblock() throws(KernelError) {
        try BlockedSignals.unblock(newlyBlocked)
    }
}
