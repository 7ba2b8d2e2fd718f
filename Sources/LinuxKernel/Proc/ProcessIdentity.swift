// SPDX-License-Identifier: Apache-2.0

/// A process is itself only by number and start time: numbers are reused.
package enum ProcessIdentity {
    /// When a process started, in clock ticks since boot; 0 when it is gone or cannot be looked at.
    package static func startTime(of pid: Int32) -> UInt64 {
        do { return try ProcessStartTime.read(pid: pid)?.ticks ?? 0 } catch { return 0 }
    }

    /// Whether the process with this number is the one that started then, and has not ended.
    ///
    /// One that has ended but was not collected yet (a zombie) does nothing any more: its parent may take its time.
    package static func isSame(_ pid: Int32, startTime: UInt64) -> Bool {
        guard startTime != 0 else { return false }
        do {
            let bytes = try WholeFile.read("/proc/\(pid)/stat", limit: 1 << 20)
            guard ProcessStartTime(parsing: bytes)?.ticks == startTime, let close = bytes.lastIndex(of: 0x29) else { return false }
            let state = bytes[(close + 1)...].first { $0 != 0x20 }
            return state != UInt8(ascii: "Z") && state != UInt8(ascii: "X")
        } catch { return false }
    }
}
