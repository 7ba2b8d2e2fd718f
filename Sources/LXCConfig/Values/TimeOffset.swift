// SPDX-License-Identifier: Apache-2.0

/// Offsets of clocks: a whole number with a unit, in nanoseconds.
package enum TimeOffset {
    /// Reads a number, which may be negative, followed by `h`, `m`, `s`, `ms`, `us` or `ns`; a bare `0` needs no unit.
    package static func parse(_ text: String) throws(ValueProblem) -> Int64 {
        let negative = text.utf8.first == 0x2D
        let body = negative ? text.dropFirst() : Substring(text)
        let digits = body.prefix { $0.isASCII && $0.isNumber }
        let unit = body.dropFirst(digits.count).drop { $0 == " " || $0 == "\t" }
        let limit = UInt64(Int64.max)
        let number = try DecimalNumber.parse(String(digits), in: UInt64(0)...limit)
        let factor: UInt64
        switch unit {
        case "h": factor = 3_600_000_000_000
        case "m": factor = 60_000_000_000
        case "s": factor = 1_000_000_000
        case "ms": factor = 1_000_000
        case "us": factor = 1000
        case "ns": factor = 1
        case "" where number == 0: factor = 1
        default:
            throw ValueProblem(
                "\(quoted(text)) has no unit of time", hint: "add h, m, s, ms, us or ns", at: text.utf8.count - unit.utf8.count)
        }
        let (nanoseconds, overflowed) = number.multipliedReportingOverflow(by: factor)
        guard !overflowed, nanoseconds <= limit, let value = Int64(exactly: nanoseconds) else {
            throw ValueProblem("\(quoted(text)) is more than 292 years")
        }
        return negative ? -value : value
    }

    /// The offset as text that ``parse(_:)`` reads back: whole seconds, or nanoseconds.
    package static func text(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0" }
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest == 0 ? "\(seconds)s" : "\(nanoseconds)ns"
    }
}
