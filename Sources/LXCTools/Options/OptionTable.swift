// SPDX-License-Identifier: Apache-2.0

/// The whole declaration of one tool's command line; parsing, help, manual and shell completion are all generated from it.
package struct OptionTable: Sendable {
    /// A run of options under one heading.
    package struct Group: Sendable {
        /// The heading; `nil` for the tool's main options.
        package let title: String?
        package let options: [Option]

        package init(_ title: String? = nil, _ options: [Option]) {
            self.title = title
            self.options = options
        }
    }

    /// Which of the options that most tools share this tool takes.
    package enum SharedOptions: Sendable {
        /// All of them, with at most one `-P`.
        case standard
        /// All of them, with any number of `-P`.
        case manyPaths
        /// Only `--help`, `--usage`, `--version`: the tool works on no container.
        case helpOnly
    }

    package let tool: String
    /// The words after the tool's name in the first line of its help, one element a form.
    package let synopsis: [String]
    /// What the tool does, in a sentence.
    package let summary: String
    package let groups: [Group]
    package let operands: Operands
    package let shared: SharedOptions
    /// Paragraphs after the tool's own options.
    package let notes: [String]

    package init(
        tool: String, synopsis: [String], summary: String, groups: [Group] = [], operands: Operands, shared: SharedOptions = .standard,
        notes: [String] = []
    ) {
        self.tool = tool
        self.synopsis = synopsis
        self.summary = summary
        self.groups = groups
        self.operands = operands
        self.shared = shared
        self.notes = notes
    }
}

/// What the words that are no options mean.
package struct Operands: Sendable, Equatable {
    /// Which container the tool works on.
    package enum Name: Sendable, Equatable {
        /// The tool works on no single container.
        case absent
        /// A container, from `-n` or else the first word.
        case required
        /// As ``required``, but may be missing.
        case optional
        /// A pattern for names, from `-n` or else the first word; may be missing.
        case pattern
    }

    /// What follows the name.
    package enum Rest: Sendable, Equatable {
        case nothing
        /// A program and its arguments.
        case command
        /// Words with a meaning of the tool's own.
        case words
    }

    package let name: Name
    package let rest: Rest
    /// The containers that a shell offers as name.
    package let candidates: ContainerFilter

    package init(name: Name, rest: Rest = .nothing, candidates: ContainerFilter = .all) {
        self.name = name
        self.rest = rest
        self.candidates = candidates
    }
}

extension OptionTable {
    /// Every option that the parser accepts; those that C LXC does not know come last.
    package var allOptions: [Option] {
        var listed: [Option] = []
        // One allocation; no tool has more.
        listed.reserveCapacity(40)
        for group in groups { for option in group.options where !option.isExtension { listed.append(option) } }
        if operands.name != .absent || shared != .helpOnly { listed.append(SharedOption.name) }
        listed.append(SharedOption.help)
        listed.append(SharedOption.questionMark)
        listed.append(SharedOption.usage)
        listed.append(SharedOption.version)
        if shared != .helpOnly {
            listed.append(SharedOption.quiet)
            listed.append(SharedOption.logFile)
            listed.append(SharedOption.logPriority)
            listed.append(SharedOption.path)
            if !hasOwnOption(long: "rcfile") { listed.append(SharedOption.rcfile) }
        }
        for group in groups { for option in group.options where option.isExtension { listed.append(option) } }
        listed.append(SharedOption.errorFormat)
        return listed
    }

    /// Whether the tool itself declares a long option of that name.
    package func hasOwnOption(long: StaticString) -> Bool {
        groups.contains { $0.options.contains { $0.long.isSame(as: long) } }
    }
}
