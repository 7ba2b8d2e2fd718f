// SPDX-License-Identifier: Apache-2.0

/// Whole numbers of the configuration: decimal digits, nothing else.
package enum DecimalNumber {
    /// Reads a number without a sign.
    ///
    /// - Throws: ``ValueProblem`` when there are other characters than digits or the number is outside `range`.
    package static func parse(_ text: String, in range: ClosedRange<UInt64>) throws(ValueProblem) -> UInt64 {
        let number = try magnitude(text, of: text, limit: range.upperBound, range: "\(range.lowerBound) to \(range.upperBound)")
        guard range.contains(number) else { throw outside(text, "\(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    /// Reads a number without a sign that fits an `Int`.
    package static func parse(_ text: String, in range: ClosedRange<Int>) throws(ValueProblem) -> Int {
        let words = "\(range.lowerBound) to \(range.upperBound)"
        let negative = text.utf8.first == 0x2D
        guard !negative || range.lowerBound < 0 else { throw outside(text, words) }
        let digits = negative ? String(text.dropFirst()) : text
        let limit = UInt64(negative ? range.lowerBound.magnitude : range.upperBound.magnitude)
        let size = try magnitude(digits, of: text, limit: limit, range: words)
        guard let positive = Int(exactly: size) else { throw outside(text, words) }
        let number = negative ? -positive : positive
        guard range.contains(number) else { throw outside(text, words) }
        return number
    }

    /// Reads `0` or `1`.
    package static func parseFlag(_ text: String) throws(ValueProblem) -> Bool {
        switch text {
        case "0": return false
        case "1": return true
        default: throw ValueProblem("\(quoted(text)) is not 0 or 1", hint: "write 1 for yes, 0 for no")
        }
    }

    private static func magnitude(_ digits: String, of text: String, limit: UInt64, range: String) throws(ValueProblem) -> UInt64 {
        var number: UInt64 = 0
        var length = 0
        for byte in digits.utf8 {
            guard (0x30...0x39).contains(byte) else {
                throw ValueProblem("\(quoted(text)) is not a whole number", hint: "write decimal digits, \(range)", at: length)
            }
            let (tens, overflowed) = number.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tens.addingReportingOverflow(UInt64(byte - 0x30))
            if overflowed || carried || sum > limit { throw outside(text, range) }
            number = sum
            length += 1
        }
        guard length > 0 else { throw ValueProblem("a number is missing", hint: "write decimal digits, \(range)") }
        // C programs read 010 as eight; one digit is the same number in both readings.
        if digits.utf8.first == 0x30 && length > 1 && number > 7 {
            throw ValueProblem("\(quoted(text)) begins with 0 and could mean an octal number", hint: "write it without the leading 0")
        }
        return number
    }

    private static func outside(_ text: String, _ range: String) -> ValueProblem {
        ValueProblem("\(quoted(text)) is not in the range \(range)")
    }
}
