// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A shell that completes command lines.
package enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish

    /// One script that completes all the tools.
    package func script(for tables: [OptionTable]) -> String {
        switch self {
        case .bash: BashCompletion.script(tables)
        case .zsh: ZshCompletion.script(tables)
        case .fish: FishCompletion.script(tables)
        }
    }
}

/// What the scripts of all shells share.
enum CompletionText {
    /// Text in single quotes for bash and zsh.
    static func quoted(_ text: String) -> String {
        var quoted = "'"
        for character in text { quoted += character == "'" ? "'\\''" : String(character) }
        return quoted + "'"
    }

    /// The name of the shell function for a tool: `lxc-start` becomes `_lxc_start`.
    static func functionName(_ tool: String) -> String {
        "_" + String(tool.map { $0 == "-" ? "_" : $0 })
    }

    /// The first clause of a help text; a dot inside a word, as in `memory.max`, does not end it.
    static func summary(_ help: String) -> String {
        let end = help.indices.first { index in
            let next = help.index(after: index)
            return ".;:".contains(help[index]) && (next == help.endIndex || help[next] == " ")
        }
        return String(help[..<(end ?? help.endIndex)])
    }

    /// The options that a shell offers: those that the help shows.
    static func offered(_ table: OptionTable) -> [Option] { HelpText.sections(of: table).flatMap { $0.options } }

    /// The argument of `lxc-ls` that selects the containers.
    static func listArgument(_ filter: ContainerFilter) -> String { filter.listOption.map { " " + $0 } ?? "" }

    /// A shell command that prints the names of all templates; it works in bash, zsh and fish.
    static var templateList: String {
        "command ls \(quoted(InstalledPaths.templates)) 2>/dev/null | command sed -n 's/^lxc-//p'"
    }
}
