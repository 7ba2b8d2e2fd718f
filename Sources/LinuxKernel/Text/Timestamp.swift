// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The calendar time, as log lines and snapshots write it.
package enum Timestamp {
    /// Seconds since 1970. Library call: `time(3)`.
    package static var seconds: Int64 { Int64(time(nil)) }

    /// Milliseconds since 1970. Kernel call: `clock_gettime(2)`.
    package static var milliseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// `YYYYMMDDhhmmss.mmm` in UTC.
    package static func logText() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var fields = tm()
        gmtime_r(&now.tv_sec, &fields)
        let milliseconds = now.tv_nsec / 1_000_000
        return padded(Int(fields.tm_year) + 1900, 4) + padded(Int(fields.tm_mon) + 1, 2) + padded(Int(fields.tm_mday), 2)
            + padded(Int(fields.tm_hour), 2) + padded(Int(fields.tm_min), 2) + padded(Int(fields.tm_sec), 2) + "."
            + padded(milliseconds, 3)
    }

    /// `YYYY:MM:DD hh:mm:ss` in local time, as snapshots are dated.
    package static func localText() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var fields = tm()
        localtime_r(&now.tv_sec, &fields)
        let day = [padded(Int(fields.tm_year) + 1900, 4), padded(Int(fields.tm_mon) + 1, 2), padded(Int(fields.tm_mday), 2)]
        let time = [padded(Int(fields.tm_hour), 2), padded(Int(fields.tm_min), 2), padded(Int(fields.tm_sec), 2)]
        return day.joined(separator: ":") + " " + time.joined(separator: ":")
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
