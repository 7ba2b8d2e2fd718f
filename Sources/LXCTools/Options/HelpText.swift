// SPDX-License-Identifier: Apache-2.0

/// The texts of `--help` and `--usage`.
package enum HelpText {
    private static let width = 80
    private static let widestLabel = 28

    /// The long help.
    package static func help(_ table: OptionTable) -> String {
        var text = synopsis(table)
        text += "\n" + wrapped(table.summary, indent: 0)
        let sections = sections(of: table)
        let column = sections.flatMap { $0.options }.map { label($0).count }.filter { $0 <= widestLabel }.max().map { $0 + 2 } ?? 10
        for (index, section) in sections.enumerated() {
            text += "\n\(section.title) :\n"
            for option in section.options { text += line(option, column) }
            if index == sections.count - 2 || sections.count == 1 {
                for note in table.notes { text += "\n" + wrapped(note, indent: 2) }
            }
        }
        text += "\nAn argument that a long option needs or may have belongs to its short form too.\n"
        text += "The manual page \(table.tool)(1) says more.\n\n"
        return text
    }

    /// The short usage: all options in brackets, four a line.
    package static func usage(_ table: OptionTable) -> String {
        let words = table.allOptions.map(bracketed)
        var text = "Usage: \(table.tool) "
        for (index, word) in words.enumerated() {
            if index > 0 && index % 4 == 0 { text += "\n\t" }
            text += word + " "
        }
        return text + "\n"
    }

    /// The options under their headings, as help and manual show them.
    static func sections(of table: OptionTable) -> [(title: String, options: [Option])] {
        var main: [Option] = []
        if table.operands.name != .absent { main.append(SharedOption.name) }
        main += table.groups.filter { $0.title == nil }.flatMap { $0.options }
        if table.shared != .helpOnly && table.operands.name != .absent && !table.hasOwnOption(long: "rcfile") {
            main.append(SharedOption.rcfile)
        }
        var sections = main.isEmpty ? [] : [(title: "Options", options: main)]
        sections += table.groups.compactMap { group in group.title.map { (title: $0, options: group.options) } }
        var common: [Option] = []
        if table.shared != .helpOnly {
            common = [SharedOption.logFile, SharedOption.logPriority, SharedOption.quiet, SharedOption.path]
        }
        common += [SharedOption.help, SharedOption.usage, SharedOption.version, SharedOption.errorFormat]
        return sections + [(title: "Common options", options: common)]
    }

    /// An option as help shows it: `-p, --pidfile=FILE`.
    static func spelling(_ option: Option) -> String {
        var text = option.shortText.map { "-\($0)" } ?? "   "
        if let long = option.longText { text += (option.short == nil ? " " : ", ") + "--\(long)" }
        switch option.argument {
        case .none: return text
        case .required(let word): return text + (option.long == nil ? " " : "=") + word.description
        case .optional(let word): return text + (option.long == nil ? "[\(word.description)]" : "[=\(word.description)]")
        }
    }

    /// The help of an option with its default.
    static func sentence(_ option: Option) -> String {
        option.fallback.map { "\(option.help) (default: \($0))" } ?? option.help
    }

    /// Breaks text into lines of at most 80 characters.
    static func wrapped(_ text: String, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        var lines = ""
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty && indent + line.count + 1 + word.count > width {
                lines += margin + line + "\n"
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + margin + line + "\n"
    }

    private static func synopsis(_ table: OptionTable) -> String {
        var text = ""
        for (index, form) in table.synopsis.enumerated() {
            text += (index == 0 ? "Usage: " : "       ") + table.tool + (form.isEmpty ? "" : " " + form) + "\n"
        }
        return text
    }

    private static func label(_ option: Option) -> String { "  " + spelling(option) }

    private static func line(_ option: Option, _ column: Int) -> String {
        let label = label(option)
        let body = wrapped(sentence(option), indent: column)
        if label.count + 2 > column { return label + "\n" + body }
        return label + String(repeating: " ", count: column - label.count) + body.dropFirst(column)
    }

    private static func bracketed(_ option: Option) -> String {
        var text = "["
        if let short = option.shortText { text += "-\(short)" }
        if let long = option.longText { text += (option.short == nil ? "" : "|") + "--\(long)" }
        // "-?" stands for the long help too, and is listed so.
        if option.isSame(as: SharedOption.questionMark) { text += "|--help" }
        let word = option.longText?.uppercased() ?? "ARG"
        switch option.argument {
        case .none: break
        case .required: text += "=\(word)"
        case .optional: text += "[=\(word)]"
        }
        return text + "]"
    }
}
