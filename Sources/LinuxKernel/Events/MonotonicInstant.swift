// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A moment on the kernel's steady clock, which no one can set and which stands still while the machine sleeps.
///
/// Kernel call: `clock_gettime(2)` `CLOCK_MONOTONIC`. (The standard library's clocks would pull in Swift concurrency.)
package struct MonotonicInstant: Sendable, Comparable, Hashable {
    /// Nanoseconds since an unspecified start.
    package let nanoseconds: Int64

    private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// This moment.
    package static var now: MonotonicInstant {
        var raw = timespec()
        // It can only fail for a clock number or an address that is wrong, and both are constants here.
        clinux_monotonic_time(&raw)
        return MonotonicInstant(nanoseconds: Int64(raw.tv_sec) * 1_000_000_000 + Int64(raw.tv_nsec))
    }

    /// A later (or, for a negative duration, earlier) moment; stops at the ends of the scale.
    package static func + (start: MonotonicInstant, duration: Duration) -> MonotonicInstant {
        let (sum, overflow) = start.nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
        return MonotonicInstant(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// How long from now; zero when the moment has passed.
    package var remaining: Duration {
        let (left, overflow) = nanoseconds.subtractingReportingOverflow(Self.now.nanoseconds)
        return .nanoseconds(overflow ? (nanoseconds < 0 ? 0 : .max) : max(0, left))
    }

    /// Whether the moment has come.
    package var hasPassed: Bool { Self.now >= self }

    package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Sleeps until this moment.
    ///
    /// Kernel call: `clock_nanosleep(2)` with an absolute time, so that interruptions do not lengthen it.
    package func sleep() {
        guard nanoseconds > 0 else { return }
        var raw = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &raw, nil) == EINTR {}
    }
}

extension Duration {
    /// Whole nanoseconds, stopping at the ends of Int64.
    package var clampedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, second) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || second ? (seconds < 0 ? .min : .max) : sum
    }

    /// Milliseconds for `poll(2)` and `epoll_wait(2)`, rounded up so that a wait never ends early, 0 to Int32.max.
    package var pollMilliseconds: Int32 {
        let nanoseconds = max(0, clampedNanoseconds)
        let milliseconds = nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1)
        return Int32(clamping: milliseconds)
    }
}
