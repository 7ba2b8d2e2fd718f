// SPDX-License-Identifier: Apache-2.0

/// Sizes such as `4096`, `64KB`, `1 MB`; always in bytes.
package enum ByteSize {
    /// What `auto` stands for at the console's buffers: 128 KiB.
    package static let automatic: UInt64 = 131_072

    /// Reads a number with an optional unit `B`, `KB`, `MB` or `GB` (also `K`, `M`, `G`), each 1024 times the one before.
    package static func parse(_ text: String) throws(ValueProblem) -> UInt64 {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        let unit = String(text.dropFirst(digits.count)).drop { $0 == " " || $0 == "\t" }.uppercased()
        let shift: UInt64
        switch unit {
        case "", "B": shift = 0
        case "K", "KB": shift = 10
        case "M", "MB": shift = 20
        case "G", "GB": shift = 30
        default:
            throw ValueProblem(
                "\(quoted(text)) is not a size", hint: "write a number with KB, MB or GB, for example 64KB", at: digits.count)
        }
        let number = try DecimalNumber.parse(String(text.prefix(digits.count)), in: UInt64(0)...UInt64(Int64.max))
        let (size, overflowed) = number.multipliedReportingOverflow(by: 1 << shift)
        guard !overflowed, size <= UInt64(Int64.max) else { throw ValueProblem("\(quoted(text)) is too large") }
        return size
    }

    /// The size of a console buffer: at least one page and a power of two; 0 stays 0 and means off.
    package static func parseBuffer(_ text: String, page: UInt64) throws(ValueProblem) -> UInt64 {
        if text == "auto" { return automatic }
        let size = try parse(text)
        if size == 0 { return 0 }
        var rounded = max(page, 1)
        while rounded < size { rounded <<= 1 }  // ends: sizes stay below 2^63
        return rounded
    }
}
