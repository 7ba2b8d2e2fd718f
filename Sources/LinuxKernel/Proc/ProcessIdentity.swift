// SPDX-License-Identifier: Apache-2.0

/// A process is itself only by number and start time: numbers are reused.
package enum ProcessIdentity {
    /// When a process started, in clock ticks since boot; 0 when it is gone or cannot be looked at.
    package static func startTime(of pid: Int32) -> UInt64 {
        do { return try ProcessStartTime.read(pid: pid)?.ticks ?? 0 } catch { return 0 }
    }

    /// Whether the process with this number is the one that started then.
    package static func isSame(_ pid: Int32, startTime: UInt64) -> Bool {
        startTime != 0 && self.startTime(of: pid) == startTime
    }
}
