// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A moment on the monotonic clock by which something must have happened.
package struct Deadline: Sendable, Equatable {
    private let nanoseconds: UInt64

    /// A moment in the future.
    ///
    /// - Parameter milliseconds: Distance from now, zero or more; negative values count as zero.
    package init(afterMilliseconds milliseconds: Int) {
        let distance = UInt64(max(0, milliseconds)).multipliedReportingOverflow(by: 1_000_000)
        let sum = Self.now().addingReportingOverflow(distance.overflow ? .max : distance.partialValue)
        nanoseconds = sum.overflow ? .max : sum.partialValue
    }

    /// Whole milliseconds left, rounded up; 0 when the moment has passed.
    package var remainingMilliseconds: Int32 {
        let now = Self.now()
        guard now < nanoseconds else { return 0 }
        let left = (nanoseconds - now) / 1_000_000
        return Int32(clamping: left) == .max ? .max : Int32(clamping: left) + 1
    }

    /// Whether the moment has passed.
    package var hasPassed: Bool { Self.now() >= nanoseconds }

    /// Sleeps, but not beyond the moment.
    ///
    /// - Parameter milliseconds: The longest sleep, zero or more.
    ///
    /// Library call: `poll(2)` without descriptors; a signal ends the sleep early.
    package func pause(milliseconds: Int32) { _ = Glibc.poll(nil, 0, min(milliseconds, remainingMilliseconds)) }

    /// Library call: `clock_gettime(2)` `CLOCK_MONOTONIC`, which cannot fail with this clock.
    private static func now() -> UInt64 {
        var time = timespec()
        _ = clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}
