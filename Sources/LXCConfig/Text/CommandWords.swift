// SPDX-License-Identifier: Apache-2.0

/// Splitting a command line into words, as a shell does for quotes and backslashes; nothing is expanded.
package enum CommandWords {
    /// The words of a command line.
    ///
    /// Blanks separate words; `'...'` keeps everything as it is; in `"..."` a backslash protects `"` and `\`; outside of quotes
    /// a backslash protects any character. An empty pair of quotes is an empty word.
    ///
    /// - Throws: ``ValueProblem`` for a quote that is never closed and for a backslash at the end.
    package static func split(_ text: String) throws(ValueProblem) -> [String] {
        var splitter = Splitter(bytes: Array(text.utf8))
        return try splitter.words()
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

        private func isSeparator(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    }
}
