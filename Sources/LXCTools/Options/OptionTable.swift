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
        visitOptions { listed.append($0) }
        return listed
    }

    /// Calls `visit` with each of ``allOptions``, in their order.
    ///
    /// A list of them holds copies, which were most of what reading a short command line took.
    func visitOptions(_ visit: (Option) -> Void) {
        visitOwn(extensions: false, visit)
        var index = 0
        while let option = sharedOption(at: index) {
            visit(option)
            index += 1
        }
        visitOwn(extensions: true, visit)
        visit(SharedOption.errorFormat)
    }

    /// One of ``allOptions``.
    func option(at index: Int) -> Option {
        var position = index
        if let own = ownOption(at: &position, extensions: false) { return own }
        var count = 0
        while let option = sharedOption(at: count) {
            if count == position { return option }
            count += 1
        }
        position -= count
        return ownOption(at: &position, extensions: true) ?? SharedOption.errorFormat
    }

    private func visitOwn(extensions: Bool, _ visit: (Option) -> Void) {
        // By index: `for option in` makes a copy of each.
        for group in groups.indices {
            for option in groups[group].options.indices where groups[group].options[option].isExtension == extensions {
                visit(groups[group].options[option])
            }
        }
    }

    /// `position`: is less by the number of these options when there is none at it.
    private func ownOption(at position: inout Int, extensions: Bool) -> Option? {
        for group in groups.indices {
            for option in groups[group].options.indices where groups[group].options[option].isExtension == extensions {
                if position == 0 { return groups[group].options[option] }
                position -= 1
            }
        }
        return nil
    }

    /// The options that most tools share; nil behind the last one.
    private func sharedOption(at index: Int) -> Option? {
        let takesName = operands.name != .absent || shared != .helpOnly
        switch takesName ? index : index + 1 {
        case 0: return SharedOption.name
        case 1: return SharedOption.help
        case 2: return SharedOption.questionMark
        case 3: return SharedOption.usage
        case 4: return SharedOption.version
        case 5 where shared != .helpOnly: return SharedOption.quiet
        case 6 where shared != .helpOnly: return SharedOption.logFile
        case 7 where shared != .helpOnly: return SharedOption.logPriority
        case 8 where shared != .helpOnly: return SharedOption.path
        case 9 where shared != .helpOnly && !hasOwnOption(long: "rcfile"): return SharedOption.rcfile
        default: return nil
        }
    }

    /// Whether the tool itself declares a long option of that name.
    package func hasOwnOption(long: StaticString) -> Bool {
        groups.contains { $0.options.contains { $0.long.isSame(as: long) } }
    }
}
