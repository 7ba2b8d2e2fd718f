// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Signals that wait until somebody asks for them.
///
/// A descriptor that reports them is only made where a program waits for something else as well; short work does without.
///
/// Kernel call: `sigprocmask(2)`.
package struct BlockedSignals: ~Copyable, Sendable {
    private let signals: [Int32]
    /// Those that were not blocked before: the ones to unblock again.
    private let newlyBlocked: [Int32]

    /// Blocks signals for the calling thread.
    ///
    /// - Parameter signals: Signal numbers, 1 to 64; SIGKILL and SIGSTOP are ignored by the kernel.
    /// - Throws: ``KernelError`` `.invalidArgument` for a number out of range.
    package init(_ signals: [Int32]) throws(KernelError) {
        var set = try Self.set(signals)
        var before = sigset_t()
        // pthread_sigmask(3) fails only for a wrong "how", which is a constant here.
        pthread_sigmask(SIG_BLOCK, &set, &before)
        let old = clinux_signal_bits(&before)
        self.signals = signals
        newlyBlocked = signals.filter { old & 1 << UInt64($0 - 1) == 0 }
    }

    /// A descriptor that reports the signals, also those that came already; non-blocking and close-on-exec.
    ///
    /// Kernel call: `signalfd(2)`.
    package func listen() throws(KernelError) -> SignalDescriptor {
        var set = try Self.set(signals)
        let flags = Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK)
        let number = try kernelCall("signalfd", "signals \(signals)") { signalfd(-1, &set, flags) }
        return SignalDescriptor(owning: OwnedDescriptor(owning: number), newlyBlocked)
    }

    /// Takes the signals that wait, so that nothing happens when they are unblocked.
    package func discard() throws(KernelError) {
        let descriptor = try listen()
        while try descriptor.next() != nil {}
    }

    /// Unblocks those that were not blocked before.
    package func unblock() throws(KernelError) { try Self.unblock(newlyBlocked) }

    static func unblock(_ signals: [Int32]) throws(KernelError) {
        var set = try set(signals)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    private static func set(_ signals: [Int32]) throws(KernelError) -> sigset_t {
        var bits: UInt64 = 0
        for signal in signals {
            guard (1...64).contains(signal) else {
                throw KernelError(call: "sigaddset", errno: .invalidArgument, subject: "signal \(signal)")
            }
            bits |= 1 << UInt64(signal - 1)
        }
        return clinux_signal_set(bits)
    }
}
