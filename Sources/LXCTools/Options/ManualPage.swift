// SPDX-License-Identifier: Apache-2.0

/// A tool's manual page, made of its table.
package enum ManualPage {
    /// The page in the man(7) language.
    package static func text(_ table: OptionTable) -> String {
        var text = ".TH \(table.tool.uppercased()) 1 \"\(ToolVersion.day)\" \"LXC \(ToolVersion.text)\" \"LXC\"\n"
        text += ".SH NAME\n\(escaped(table.tool)) \\- \(escaped(lowered(CompletionText.summary(table.summary))))\n"
        text += ".SH SYNOPSIS\n"
        for (index, form) in table.synopsis.enumerated() {
            if index > 0 { text += ".br\n" }
            text += ".B \(escaped(table.tool))\n"
            if !form.isEmpty { text += escaped(form) + "\n" }
        }
        text += ".SH DESCRIPTION\n" + paragraph(table.summary)
        for note in table.notes { text += ".PP\n" + paragraph(note) }
        for section in HelpText.sections(of: table) {
            text += ".SH \(escaped(section.title).uppercased())\n"
            for option in section.options {
                text += ".TP\n.B \(escaped(trimmed(HelpText.spelling(option))))\n" + paragraph(HelpText.sentence(option))
            }
        }
        text += ".SH SEE ALSO\n.BR lxc.container.conf (5),\n.BR lxc.system.conf (5)\n"
        return text
    }

    /// A paragraph as troff takes it, in lines of the usual length.
    static func paragraph(_ text: String) -> String { HelpText.wrapped(escaped(text), indent: 0) }

    private static func trimmed(_ text: String) -> String { String(text.drop { $0 == " " }) }

    private static func lowered(_ text: String) -> String { text.prefix(1).lowercased() + text.dropFirst() }

    /// Text that troff prints as it is. A dash must be escaped to stay a minus sign that can be copied.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "." where escaped.isEmpty, "'" where escaped.isEmpty: escaped += "\\&\(character)"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
