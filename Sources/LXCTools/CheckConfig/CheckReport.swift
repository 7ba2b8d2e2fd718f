// SPDX-License-Identifier: Apache-2.0

/// What `lxc-checkconfig` says about a kernel, section by section.
package struct CheckReport: Sendable, Equatable {
    /// The answer to one question.
    package enum Verdict: String, Sendable {
        case enabled
        /// Not there; some containers will not work.
        case missing
        /// Not there; no container will work.
        case required
    }

    /// One line.
    package enum Line: Sendable, Equatable {
        /// A question with its answer, and for a module whether it is loaded.
        case check(String, Verdict, isLoaded: Bool?)
        /// A plain line.
        case text(String)
        /// A line that warns.
        case warning(String)
        /// A heading with a list below it.
        case list(String, [String])
        /// A heading with names and values below it.
        case values(String, [Pair])
    }

    /// A name with its value.
    package struct Pair: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    /// Lines under a heading.
    package struct Section: Sendable, Equatable {
        package let title: String
        package let lines: [Line]
    }

    package let sections: [Section]
}

extension CheckReport {
    /// The sections for people; answers are coloured on a terminal.
    package func text(isColored: Bool) -> String {
        var text = ""
        for section in sections {
            text += "--- \(section.title) ---\n"
            for line in section.lines { text += Self.text(line, isColored) }
            text += "\n"
        }
        return text
    }

    private static func text(_ line: Line, _ isColored: Bool) -> String {
        switch line {
        case .check(let label, let verdict, let isLoaded):
            var text = "\(label): \(paint(verdict.rawValue, color(verdict), isColored))"
            if let isLoaded { text += isLoaded ? ", loaded" : ", not loaded" }
            return text + "\n"
        case .text(let text): return ErrorPrinter.printable(text) + "\n"
        case .warning(let text): return paint(ErrorPrinter.printable(text), color(.missing), isColored) + "\n"
        // C LXC leaves a blank after these headings.
        case .list(let label, let items): return "\(label): \n" + items.map { " - \(ErrorPrinter.printable($0))\n" }.joined()
        case .values(let label, let pairs):
            return "\(label):\n" + pairs.map { "  \(ErrorPrinter.printable("\($0.name): \($0.value)"))\n" }.joined()
        }
    }

    private static func color(_ verdict: Verdict) -> String {
        switch verdict {
        case .enabled: "32"
        case .missing: "33"
        case .required: "31"
        }
    }

    private static func paint(_ text: String, _ color: String, _ isColored: Bool) -> String {
        isColored ? "\u{1B}[1;\(color)m\(text)\u{1B}[0;39m" : text
    }

    /// The sections for programs.
    package var json: JSONValue {
        .array(
            sections.map { section in
                .object([.init("section", .string(section.title)), .init("lines", .array(section.lines.map(Self.json)))])
            })
    }

    private static func json(_ line: Line) -> JSONValue {
        switch line {
        case .check(let label, let verdict, let isLoaded):
            var members: [JSONValue.Member] = [.init("label", .string(label)), .init("status", .string(verdict.rawValue))]
            if let isLoaded { members.append(.init("loaded", .boolean(isLoaded))) }
            return .object(members)
        case .text(let text): return .object([.init("note", .string(text))])
        case .warning(let text): return .object([.init("warning", .string(text))])
        case .list(let label, let items):
            return .object([.init("label", .string(label)), .init("items", .array(items.map { .string($0) }))])
        case .values(let label, let pairs):
            return .object([
                .init("label", .string(label)), .init("values", .object(pairs.map { .init($0.name, .string($0.value)) })),
            ])
        }
    }
}
