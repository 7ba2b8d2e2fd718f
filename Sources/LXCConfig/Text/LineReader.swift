// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Takes a configuration file apart into lines.
struct LineReader {
    /// One line, without its end.
    struct Line {
        enum Content {
            /// Empty, a comment, or text that is not ours.
            case other
            /// `key = value`; the value without the quotes around it.
            case assignment(key: Range<Int>, value: Range<Int>)
            /// Begins like one of our keys but has no equals sign.
            case incomplete(key: Range<Int>)
        }

        /// Counted from 1.
        let number: Int
        let start: Int
        let end: Int
        let content: Content
    }

    let bytes: [UInt8]
    private var position: Int
    private var number = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: Self.mark) ? Self.mark.count : 0
    }

    /// The mark that some editors put in front of UTF-8 text.
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    mutating func next() -> Line? {
        guard position < bytes.count else { return nil }
        let start = position
        var end = bytes.position(of: 0x0A, in: start..<bytes.count)
        position = end + 1
        number += 1
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return Line(number: number, start: start, end: end, content: content(start, end))
    }

    private func content(_ start: Int, _ end: Int) -> Line.Content {
        var first = start
        while first < end, ConfigText.isBlank(bytes[first]) { first += 1 }
        guard end - first >= 4, isOurs(first) else { return .other }
        let equals = bytes.position(of: 0x3D, in: first..<end)
        let key = ConfigText.trimmed(bytes, first..<equals)
        if equals == end { return .incomplete(key: key) }
        return .assignment(key: key, value: unquoted(ConfigText.trimmed(bytes, equals + 1..<end)))
    }

    /// `lxc.` in any case: other capitals are a mistake to report, not a foreign line.
    private func isOurs(_ first: Int) -> Bool {
        bytes[first] | 0x20 == 0x6C && bytes[first + 1] | 0x20 == 0x78 && bytes[first + 2] | 0x20 == 0x63 && bytes[first + 3] == 0x2E
    }

    /// Without the pair of quotes around the whole value.
    private func unquoted(_ value: Range<Int>) -> Range<Int> {
        guard value.count >= 2, let quote = value.first.map({ bytes[$0] }), quote == 0x22 || quote == 0x27,
            bytes[value.upperBound - 1] == quote
        else { return value }
        return value.lowerBound + 1..<value.upperBound - 1
    }
}
