// SPDX-License-Identifier: Apache-2.0

/// Splitting a command line into words, as a shell does for quotes and backslashes, and writing words so that they are split alike; nothing
/// is expanded.
package enum CommandWords {
    /// The words of a command line.
    ///
    /// Blanks separate words; `'...'` keeps everything as it is; in `"..."` a backslash protects `"` and `\`; outside of quotes
    /// a backslash protects any character. An empty pair of quotes is an empty word. A word that begins with `$'` is one in which `\n`,
    /// `\r`, `\t`, `\xHH`, `\\` and `\'` stand for what a line of a configuration cannot hold.
    ///
    /// - Throws: ``ValueProblem`` for a quote that is never closed and for a backslash at the end.
    package static func split(_ text: String) throws(ValueProblem) -> [String] {
        var splitter = Splitter(bytes: Array(text.utf8))
        return try splitter.words()
    }

    /// One line from which ``split(_:)`` makes exactly these words; they hold no NUL.
    package static func joined(_ words: [String]) -> String { words.map(written).joined(separator: " ") }

    private static func written(_ word: String) -> String {
        let bytes = word.utf8
        let isControl = { (byte: UInt8) in byte < 0x20 || byte == 0x7F }
        if bytes.contains(where: isControl) {
            var text = "$'"
            for scalar in word.unicodeScalars {
                switch scalar.value {
                case 0x5C, 0x27: text += "\\" + String(Character(scalar))
                case 0..<0x10: text += "\\x0" + String(scalar.value, radix: 16)
                case 0x10..<0x20, 0x7F: text += "\\x" + String(scalar.value, radix: 16)
                default: text.unicodeScalars.append(scalar)
                }
            }
            return text + "'"
        }
        let isPlain = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "_-./:=@%+,".utf8.contains(byte)
                || byte >= 0x80
        }
        if !word.isEmpty && bytes.allSatisfy(isPlain) { return word }
        if !bytes.contains(0x27) { return "'" + word + "'" }
        var text = "\""
        for scalar in word.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }

    private struct Splitter {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func words() throws(ValueProblem) -> [String] {
            var words: [String] = []
            while true {
                while position < bytes.count, isSeparator(bytes[position]) { position += 1 }
                if position == bytes.count { return words }
                words.append(String(decoding: try word(), as: UTF8.self))
            }
        }

        private mutating func word() throws(ValueProblem) -> [UInt8] {
            var word: [UInt8] = []
            if position + 1 < bytes.count, bytes[position] == 0x24, bytes[position + 1] == 0x27 { word = try escaped() }
            while position < bytes.count, !isSeparator(bytes[position]) {
                let byte = bytes[position]
                switch byte {
                case 0x27, 0x22: word += try quoted(byte)
                case 0x5C:
                    guard position + 1 < bytes.count else { throw ValueProblem("a backslash ends the command", at: position) }
                    word.append(bytes[position + 1])
                    position += 2
                default:
                    word.append(byte)
                    position += 1
                }
            }
            return word
        }

        private mutating func quoted(_ quote: UInt8) throws(ValueProblem) -> [UInt8] {
            let start = position
            var part: [UInt8] = []
            position += 1
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                if byte == quote { return part }
                if quote == 0x22, byte == 0x5C, position < bytes.count, bytes[position] == 0x22 || bytes[position] == 0x5C {
                    part.append(bytes[position])
                    position += 1
                } else {
                    part.append(byte)
                }
            }
            throw ValueProblem("a quote is never closed", hint: "add the closing \(quote == 0x22 ? "\"" : "'")", at: start)
        }

        /// What stands between `$'` and the next quote.
        private mutating func escaped() throws(ValueProblem) -> [UInt8] {
            let start = position
            var part: [UInt8] = []
            position += 2
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                if byte == 0x27 { return part }
                guard byte == 0x5C, position < bytes.count else {
                    part.append(byte)
                    continue
                }
                let kind = bytes[position]
                position += 1
                switch kind {
                case UInt8(ascii: "n"): part.append(0x0A)
                case UInt8(ascii: "r"): part.append(0x0D)
                case UInt8(ascii: "t"): part.append(0x09)
                case UInt8(ascii: "x"): part.append(try hexadecimal())
                case 0x5C, 0x27: part.append(kind)
                default: throw ValueProblem("\\ stands before a character that it does not protect here", at: position - 1)
                }
            }
            throw ValueProblem("a quote is never closed", hint: "add the closing '", at: start)
        }

        private mutating func hexadecimal() throws(ValueProblem) -> UInt8 {
            let digits = String(decoding: bytes[position..<min(position + 2, bytes.count)], as: UTF8.self)
            guard digits.utf8.count == 2, let byte = UInt8(digits, radix: 16), byte != 0 else {
                throw ValueProblem("\\x needs two hexadecimal digits that are not 00", at: position)
            }
            position += 2
            return byte
        }

        private func isSeparator(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    }
}
