// SPDX-License-Identifier: Apache-2.0

/// The forms of the control files that count something. They are read hundreds of times in a row, so bytes stay bytes.
package struct UsageText {
    private let bytes: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The number that the file begins with.
    package var number: UInt64? { Self.number(bytes) }

    /// The number after a word at the beginning of a line: `WORD NUMBER`.
    package func field(_ word: StaticString) -> UInt64? {
        for line in lines {
            guard let rest = Self.rest(of: line, after: word), rest.first == 0x20 else { continue }
            return Self.number(rest.dropFirst())
        }
        return nil
    }

    /// The sum of such numbers; nil when none of the words is there.
    package func fields(_ words: [StaticString]) -> UInt64? {
        var sum: UInt64?
        for word in words { if let value = field(word) { sum = Self.sum(sum, value) } }
        return sum
    }

    /// The sum of the numbers behind a word on the lines of devices: `8:0 Read NUMBER` of v1, `8:0 rbytes=NUMBER wbytes=...` of v2.
    package func total(_ word: StaticString) -> UInt64 {
        var total: UInt64?
        for line in lines {
            // The end of v1's files is a line without a device: the sum of everything.
            guard let blank = line.firstIndex(of: 0x20), line[..<blank].contains(0x3A) else { continue }
            for place in line[blank...].indices where line[place] == 0x20 {
                if let rest = Self.rest(of: line[(place + 1)...], after: word), let value = Self.number(rest.drop { $0 == 0x20 }) {
                    total = Self.sum(total, value)
                }
            }
        }
        return total ?? 0
    }

    /// Of a file of pressures the line `some avg10=12.34 ...`, in hundredths.
    package var someOfTenSeconds: UInt64? {
        for line in lines {
            guard let rest = Self.rest(of: line, after: "some avg10="), let whole = Self.number(rest), whole <= 100 else { continue }
            let fraction = rest.drop { $0 != 0x2E }.dropFirst().prefix(2)
            guard fraction.count == 2, let hundredths = Self.number(fraction) else { continue }
            return min(whole * 100 + hundredths, 10_000)
        }
        return nil
    }

    private var lines: [ArraySlice<UInt8>] { bytes.split(separator: 0x0A) }

    private static func rest(of line: ArraySlice<UInt8>, after word: StaticString) -> ArraySlice<UInt8>? {
        let count = word.utf8CodeUnitCount
        guard line.count > count else { return nil }
        let isSame = word.withUTF8Buffer { line.prefix(count).elementsEqual($0) }
        return isSame ? line.dropFirst(count) : nil
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64?
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { break }
            let (product, first) = (value ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, second) = product.addingReportingOverflow(UInt64(byte - 0x30))
            if first || second { return nil }
            value = sum
        }
        return value
    }

    private static func sum(_ left: UInt64?, _ right: UInt64) -> UInt64 {
        let (sum, overflow) = (left ?? 0).addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
