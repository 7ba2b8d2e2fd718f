// SPDX-License-Identifier: Apache-2.0

/// The sentence about the first option of a command line that does not fit, in the words that `getopt_long(3)` of glibc prints to
/// standard error, whichever C library a program is linked with.
struct OptionComplaint {
    let program: String
    let arguments: [String]
    let rows: [OptionRow]

    /// The sentence, without a line end.
    var text: String {
        var words = arguments[...]
        while let word = words.popFirst() {
            if word == "--" { break }
            if word.hasPrefix("--") {
                if let fault = long(word, &words) { return "\(program): \(fault)" }
            } else if word.hasPrefix("-") && word != "-" {
                if let fault = short(word, &words) { return "\(program): \(fault)" }
            }
        }
        return "\(program): malformed options"
    }

    private func long(_ word: String, _ words: inout ArraySlice<String>) -> String? {
        let sign = word.firstIndex(of: "=")
        let name = String(word[..<(sign ?? word.endIndex)].dropFirst(2))
        let named = rows.filter { $0.longText?.hasPrefix(name) == true }
        let match = named.first { $0.longText == name } ?? named.first
        guard let match else { return "unrecognized option '\(word)'" }
        // Several spellings of one option are not ambiguous.
        let isSame = named.allSatisfy { $0.short != nil && $0.short == match.short && $0.argument == match.argument }
        if match.longText != name && named.count > 1 && !isSame {
            return "option '\(word)' is ambiguous; possibilities:" + named.map { " '--\($0.longText ?? "")'" }.joined()
        }
        let full = "--\(match.longText ?? "")"
        switch match.argument {
        case .none: return sign == nil ? nil : "option '\(full)' doesn't allow an argument"
        case .optional: return nil
        case .required: return sign != nil || words.popFirst() != nil ? nil : "option '\(full)' requires an argument"
        }
    }

    private func short(_ word: String, _ words: inout ArraySlice<String>) -> String? {
        var letters = word.kernelBytes.dropFirst()
        while let letter = letters.popFirst() {
            let shown = String(kernelBytes: [letter])
            guard letter != 0x3A, letter != 0x3B, let row = rows.first(where: { $0.short == letter }) else {
                return "invalid option -- '\(shown)'"
            }
            guard row.argument != .none else { continue }
            if !letters.isEmpty || row.argument == .optional { return nil }
            return words.popFirst() == nil ? "option requires an argument -- '\(shown)'" : nil
        }
        return nil
    }
}

extension OptionRow {
    fileprivate var longText: String? { long.map { "\($0)" } }
}
