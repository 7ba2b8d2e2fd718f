// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Work on the bytes of a configuration file; blanks are space and tab.
enum ConfigText {
    /// Makes text of a part of a file. Plain ASCII, the usual case, takes the short way.
    static func string(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        for index in range where bytes[index] >= 0x80 { return String(kernelBytes: bytes[range]) }
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// The part of `range` without blanks at both ends.
    static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Text without blanks at both ends.
    static func trimmed(_ text: String) -> String {
        let bytes = text.utf8
        guard let start = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(text[start...last])
    }

    /// The words of a text that blanks separate, and commas too where the caller says so.
    static func words(_ text: String, commas: Bool = false) -> [String] {
        let bytes = Array(text.utf8)
        var words: [String] = []
        var start = 0
        for end in 0...bytes.count where end == bytes.count || isBlank(bytes[end]) || (commas && bytes[end] == 0x2C) {
            if end > start { words.append(String(decoding: bytes[start..<end], as: UTF8.self)) }
            start = end + 1
        }
        return words
    }

    /// The parts of a text between separators, empty ones too.
    static func parts(_ text: String, separator: UInt8) -> [String] {
        let bytes = Array(text.utf8)
        var parts: [String] = []
        var start = 0
        for end in 0...bytes.count where end == bytes.count || bytes[end] == separator {
            parts.append(String(decoding: bytes[start..<end], as: UTF8.self))
            start = end + 1
        }
        return parts
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
