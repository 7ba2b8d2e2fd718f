// SPDX-License-Identifier: Apache-2.0

/// One line for a terminal that says how far a copy is.
package struct ProgressLine: Sendable {
    /// Columns of the terminal; the line is never longer.
    package var width: Int

    package init(width: Int) { self.width = width }

    /// The line, without anything that moves the cursor.
    ///
    /// With a known total: `112.4 MiB of 270.1 MiB  41 %  212.0 MiB/s  0:01 left`. Otherwise: `112.4 MiB  8123 files  212.0 MiB/s`.
    /// What does not fit is left out from the end.
    ///
    /// - Parameters:
    ///   - progress: What is done. More bytes than expected count as all of them.
    ///   - elapsed: Since the copy began.
    /// - Returns: The text.
    package func text(_ progress: TreeCopy.Progress, elapsed: Duration) -> String {
        let milliseconds = max(1, elapsed.components.seconds * 1000 + elapsed.components.attoseconds / 1_000_000_000_000_000)
        let (product, overflow) = progress.bytes.multipliedReportingOverflow(by: 1000)
        let rate = (overflow ? .max : product) / milliseconds
        var parts: [String]
        if let expected = progress.expectedBytes, expected > 0 {
            let done = min(progress.bytes, expected)
            parts = ["\(Self.size(done)) of \(Self.size(expected))", "\(Self.percent(done, of: expected)) %", Self.size(rate) + "/s"]
            if rate > 0, done < expected { parts.append(Self.time((expected - done) / rate) + " left") }
        } else {
            parts = [Self.size(progress.bytes), "\(progress.entries) files", Self.size(rate) + "/s"]
        }
        while parts.count > 1, Self.joined(parts).utf8.count > width { parts.removeLast() }
        return String(Self.joined(parts).prefix(max(0, width)))
    }

    private static func joined(_ parts: [String]) -> String { parts.joined(separator: "  ") }

    private static func percent(_ part: Int64, of whole: Int64) -> Int64 {
        // Large numbers lose nothing that shows.
        whole > Int64.max / 100 ? part / (whole / 100) : part * 100 / whole
    }

    /// With one decimal, from KiB on.
    static func size(_ bytes: Int64) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        if bytes < 1024 { return "\(bytes) B" }
        var (unit, divisor) = (0, Int64(1024))
        while unit < units.count - 1, bytes / divisor >= 1024 {
            divisor *= 1024
            unit += 1
        }
        return "\(bytes / divisor).\(bytes % divisor / (divisor / 1024) * 10 / 1024) \(units[unit])"
    }

    /// `0:07`, `12:34` or `3:02:01`.
    static func time(_ seconds: Int64) -> String {
        let minutes = seconds / 60
        let tail = two(seconds % 60)
        return minutes < 60 ? "\(minutes):\(tail)" : "\(minutes / 60):\(two(minutes % 60)):\(tail)"
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
