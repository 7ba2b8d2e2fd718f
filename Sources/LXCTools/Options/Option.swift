// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// One option of a tool: its spelling, its argument, and all that help, manual and completion say about it.
///
/// A command that starts in half a millisecond builds its table every time, so a row holds literals only; texts that must be put
/// together are closures, called for help and completion alone.
package struct Option: Sendable {
    /// Whether an argument follows, and the word that stands for it in help texts.
    package enum Argument: Sendable {
        case none
        case required(StaticString)
        /// May only be glued on: `-eCAP`, `--nesting=3`.
        case optional(StaticString)
    }

    /// What a shell offers after the option.
    package enum Completion: Sendable {
        case nothing, file, directory, command, template
        case container(ContainerFilter)
        case words(@Sendable () -> [String])
    }

    /// The letter after one dash, an ASCII character.
    package let short: Unicode.Scalar?
    /// The word after two dashes.
    package let long: StaticString?
    package let argument: Argument
    /// What a shell offers as argument.
    package let completion: Completion
    /// Ours, not C LXC's: it never makes an abbreviation ambiguous that C LXC accepts.
    package let isExtension: Bool
    /// What holds when the option is absent, if there is something to say.
    package let fallback: StaticString?
    private let helpText: @Sendable () -> String

    package init(
        _ long: StaticString?, _ short: Unicode.Scalar? = nil, _ argument: Argument = .none, default fallback: StaticString? = nil,
        completes completion: Completion = .nothing, isExtension: Bool = false, help: @autoclosure @escaping @Sendable () -> String
    ) {
        self.long = long
        self.short = short
        self.argument = argument
        self.fallback = fallback
        self.completion = completion
        self.isExtension = isExtension
        helpText = help
    }

    /// One or more sentences, without line breaks.
    package var help: String { helpText() }
}

/// Which containers a shell offers for completion.
package enum ContainerFilter: String, Sendable {
    case all, running, active, frozen, stopped

    /// The option of `lxc-ls` that selects them.
    package var listOption: String? { self == .all ? nil : "--\(rawValue)" }
}

extension Option {
    /// The letter as text.
    package var shortText: String? { short.map { String($0) } }

    /// The long word as text.
    package var longText: String? { long?.description }

    /// Whether both are the same option of one table.
    func isSame(as other: Option) -> Bool { short == other.short && long.isSame(as: other.long) }

    var row: OptionRow {
        let letter = short.map { UInt8(truncatingIfNeeded: $0.value) }
        return switch argument {
        case .none: OptionRow(short: letter, long: long, argument: .none)
        case .required: OptionRow(short: letter, long: long, argument: .required)
        case .optional: OptionRow(short: letter, long: long, argument: .optional)
        }
    }

    /// The option as users read it in messages: `-t/--timeout`.
    package var displayName: String {
        [shortText.map { "-\($0)" }, longText.map { "--\($0)" }].compactMap { $0 }.joined(separator: "/")
    }
}

extension StaticString? {
    /// Whether both are the same word, or both are none.
    func isSame(as other: StaticString?) -> Bool {
        guard let self, let other else { return self == nil && other == nil }
        guard self.hasPointerRepresentation && other.hasPointerRepresentation else { return false }
        let count = self.utf8CodeUnitCount
        if count != other.utf8CodeUnitCount { return false }
        if self.utf8Start == other.utf8Start { return true }
        for index in 0..<count where self.utf8Start[index] != other.utf8Start[index] { return false }
        return true
    }
}
