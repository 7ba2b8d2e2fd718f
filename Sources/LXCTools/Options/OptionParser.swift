// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Turns a command line into typed options, or into the reason why there are none.
package enum OptionParser {
    /// What a command line asks for.
    package enum Outcome: Sendable {
        case run(ParsedOptions)
        /// `--help`, `-h`: help, status 0. What was given before is there for tools that add to their help.
        case help(ParsedOptions)
        /// `-?`: help, status 1.
        case helpWithFailure
        /// `--usage`.
        case shortUsage
        /// `--version`.
        case version
        /// libc's sentence about an option that does not fit, and the layout of errors asked for so far.
        case malformed(String, ErrorFormat)
    }

    /// Parses a command line; the program's name, normally `argv[0]`, is for libc's complaints.
    package static func parse(_ table: OptionTable, program: String, arguments: [String]) -> Outcome {
        let options = table.allOptions
        var rows: [OptionRow] = []
        rows.reserveCapacity(options.count)
        // C LXC's options alone first: an extension must not make a working abbreviation ambiguous.
        // By index: `for option in` makes a copy of each, the most of what reading a short command line takes.
        for index in options.indices where !options[index].isExtension { rows.append(options[index].row) }
        var scanned = OptionScanner.scan(program: program, arguments: arguments, rows: rows)
        if scanned.fault != nil {
            for option in options where option.isExtension { rows.append(option.row) }
            scanned = OptionScanner.scan(program: program, arguments: arguments, rows: rows)
        }
        let given = scanned.occurrences.map { ParsedOptions.Given(option: options[$0.row], argument: $0.argument) }
        for (index, item) in given.enumerated() {
            if let outcome = early(item.option, given.prefix(index + 1)) { return outcome }
        }
        if let fault = scanned.fault {
            let wantsJSON = given.contains { $0.option.isSame(as: SharedOption.errorFormat) && $0.argument == "json" }
            return .malformed(fault, wantsJSON ? .json : .text)
        }
        return .run(assign(scanned.operands, given, table.operands))
    }

    /// The first of these on a line ends it, whatever follows.
    private static func early(_ option: Option, _ given: ArraySlice<ParsedOptions.Given>) -> Outcome? {
        if option.isSame(as: SharedOption.help) { return .help(ParsedOptions(given: Array(given), name: nil, words: [])) }
        if option.isSame(as: SharedOption.questionMark) { return .helpWithFailure }
        if option.isSame(as: SharedOption.usage) { return .shortUsage }
        if option.isSame(as: SharedOption.version) { return .version }
        return nil
    }

    private static func assign(_ words: [String], _ given: [ParsedOptions.Given], _ operands: Operands) -> ParsedOptions {
        let fromOption = given.last { $0.option.isSame(as: SharedOption.name) }?.argument
        if operands.name == .absent || fromOption != nil {
            return ParsedOptions(given: given, name: fromOption, words: words)
        }
        return ParsedOptions(given: given, name: words.first, words: Array(words.dropFirst()))
    }
}
