// SPDX-License-Identifier: Apache-2.0

/// A command line that fits its table: the options in the order given, the container, and the other words.
package struct ParsedOptions: Sendable {
    /// One option that was given.
    struct Given: Sendable {
        let option: Option
        let argument: String?
    }

    let given: [Given]
    /// The container's name or pattern, from `-n` or the first plain word.
    package let name: String?
    /// The plain words that are not the name.
    package let words: [String]

    /// Whether an option was given.
    package func has(_ option: Option) -> Bool { given.contains { $0.option.isSame(as: option) } }

    /// The argument of an option; of several, the last.
    package func value(_ option: Option) -> String? {
        guard let last = given.last(where: { $0.option.isSame(as: option) }) else { return nil }
        return last.argument
    }

    /// The arguments of an option that may be repeated, in order.
    package func values(_ option: Option) -> [String] {
        given.compactMap { $0.option.isSame(as: option) ? $0.argument : nil }
    }

    /// Which of several options was given last; `nil` when none was.
    package func last(of options: [Option]) -> Option? {
        guard let last = given.last(where: { given in options.contains { given.option.isSame(as: $0) } }) else { return nil }
        return last.option
    }

    /// The argument of an option as a whole number within a range.
    ///
    /// - Throws: ``ToolFailure`` that names the option, the text and the range.
    package func integer(_ option: Option, in range: ClosedRange<Int>) throws(ToolFailure) -> Int? {
        guard let text = value(option) else { return nil }
        // No sign but a minus: "+5" is how attackers and typing errors spell a number that was checked as text (K22).
        guard !text.hasPrefix("+"), let number = Int(text) else {
            throw .usage("\(option.displayName): \"\(text)\" is not a whole number")
        }
        guard range.contains(number) else {
            throw .usage("\(option.displayName): \(text) is not between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    /// The argument of an option as one of a few words.
    ///
    /// - Throws: ``ToolFailure`` that lists the words.
    package func choice<Choice: RawRepresentable<String>>(_ option: Option, _ choices: [Choice]) throws(ToolFailure) -> Choice? {
        guard let text = value(option) else { return nil }
        guard let choice = choices.first(where: { $0.rawValue == text }) else {
            let words = choices.map { $0.rawValue }.joined(separator: ", ")
            throw .usage("\(option.displayName): \"\(text)\" is not one of \(words)")
        }
        return choice
    }

    /// The layout asked for with `--format`.
    package func outputFormat() throws(ToolFailure) -> OutputFormat {
        try choice(SharedOption.format, [OutputFormat.table, .json]) ?? .table
    }
}
