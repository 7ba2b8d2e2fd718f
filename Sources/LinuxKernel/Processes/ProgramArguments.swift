// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The words this program was started with.
package enum ProgramArguments {
    /// Overwrites a secret in the words, where everybody reads it in `/proc/PID/cmdline`; it has been seen until then.
    package static func conceal(_ secret: String) {
        let bytes = secret.kernelBytes
        if bytes.isEmpty { return }
        for index in 0..<Int(clinux_word_count()) {
            guard let word = clinux_words()?[index] else { continue }
            let length = strlen(word)
            // The secret is a word of its own, or what stands behind an option.
            guard length >= bytes.count, text(of: word + (length - bytes.count)) == secret else { continue }
            for offset in length - bytes.count..<length { word[offset] = 0x2A }
        }
    }

    /// All words, the program's name first, without loss; `CommandLine.arguments` replaces bytes that are not valid UTF-8.
    package static var all: [String] {
        let count = Int(clinux_word_count())
        var words: [String] = []
        words.reserveCapacity(count)
        for index in 0..<count {
            if let word = clinux_words()?[index] { words.append(text(of: word)) }
        }
        return words
    }

    /// One word as C holds it.
    ///
    /// Nearly every word is ASCII; the check saves the general decoder, which costs a process of half a millisecond dearly the
    /// first time it runs.
    static func text(of word: UnsafePointer<CChar>) -> String {
        let length = strlen(word)
        return word.withMemoryRebound(to: UInt8.self, capacity: length) { start in
            let bytes = UnsafeBufferPointer(start: start, count: length)
            for byte in bytes where byte >= 0x80 { return String(kernelBytes: bytes) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
