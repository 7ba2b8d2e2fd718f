// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// One option of a tool: its spelling, its argument, and all that help, manual and completion say about it.
package struct Option: Sendable {
    /// Whether an argument follows, and the word that stands for it in help texts.
    package enum Argument: Sendable, Equatable {
        case none
        case required(String)
        /// May only be glued on: `-eCAP`, `--nesting=3`.
        case optional(String)
    }

    /// What a shell offers after the option.
    package enum Completion: Sendable, Equatable {
        case nothing, file, directory, command
        case container(ContainerFilter)
        case words([String])
    }

    /// The letter after one dash, an ASCII character.
    package let short: UInt8?
    /// The word after two dashes.
    package let long: String?
    package let argument: Argument
    /// One or more sentences, without line breaks.
    package let help: String
    /// What holds when the option is absent, if there is something to say.
    package let fallback: String?
    package let completion: Completion
    /// Ours, not C LXC's: it never makes an abbreviation ambiguous that C LXC accepts.
    package let isExtension: Bool

    package init(
        _ long: String?, _ short: Character? = nil, _ argument: Argument = .none, default fallback: String? = nil,
        completes completion: Completion = .nothing, isExtension: Bool = false, help: String
    ) {
        self.long = long
        self.short = short?.asciiValue
        self.argument = argument
        self.fallback = fallback
        self.completion = completion
        self.isExtension = isExtension
        self.help = help
    }
}

/// Which containers a shell offers for completion.
package enum ContainerFilter: String, Sendable {
    case all, running, active, frozen, stopped

    /// The option of `lxc-ls` that selects them.
    package var listOption: String? { self == .all ? nil : "--\(rawValue)" }
}

extension Option {
    /// The letter as text.
    package var shortText: String? { short.map { String(UnicodeScalar($0)) } }

    /// Whether both are the same option of one table.
    func isSame(as other: Option) -> Bool { long == other.long && short == other.short }

    var row: OptionRow {
        switch argument {
        case .none: OptionRow(short: short, long: long, argument: .none)
        case .required: OptionRow(short: short, long: long, argument: .required)
        case .optional: OptionRow(short: short, long: long, argument: .optional)
        }
    }

    /// The option as users read it in messages: `-t/--timeout`.
    package var displayName: String {
        [shortText.map { "-\($0)" }, long.map { "--\($0)" }].compactMap(\.self).joined(separator: "/")
    }
}
