// SPDX-License-Identifier: Apache-2.0

/// Completion for fish.
enum FishCompletion {
    static func script(_ tables: [OptionTable]) -> String {
        var text = """
            # fish completion for the lxc tools; made by "lxc-config --completion fish" from the tables that the tools parse with.
            function __lxc_names
                set -l words (commandline -opc)
                set -l folder
                set -l index (contains -i -- -P $words); or set index (contains -i -- --lxcpath $words)
                and set folder -P $words[(math $index + 1)]
                lxc-ls -1 $folder $argv 2>/dev/null
            end
            function __lxc_templates
                \(CompletionText.templateList)
            end

            """
        let words = tables.map { String($0.tool.dropFirst("lxc-".count)) }.joined(separator: " ")
        text += "complete -c lxc -n __fish_use_subcommand -x -a \(quoted(words))\n"
        for table in tables {
            let isNamed = table.operands.name != .absent
            if isNamed {
                let names = "(__lxc_names\(CompletionText.listArgument(table.operands.candidates)))"
                text += "complete -c \(table.tool)\(table.operands.rest == .nothing ? " -f" : "") -a \(quoted(names))\n"
            }
            for option in CompletionText.offered(table) { text += line(table.tool, option) }
        }
        return text
    }

    private static func line(_ tool: String, _ option: Option) -> String {
        var text = "complete -c \(tool)"
        if let short = option.shortText { text += " -s \(short)" }
        if let long = option.longText { text += " -l \(long)" }
        text += " -d " + quoted(CompletionText.summary(option.help))
        if case .required = option.argument { text += action(option.completion) }
        return text + "\n"
    }

    private static func action(_ completion: Option.Completion) -> String {
        switch completion {
        case .nothing: " -x"
        case .file: " -r -F"
        case .directory: " -x -a '(__fish_complete_directories)'"
        case .command: " -x -a '(__fish_complete_command)'"
        case .template: " -x -a '(__lxc_templates)'"
        case .container(let filter): " -x -a " + quoted("(__lxc_names\(CompletionText.listArgument(filter)))")
        case .words(let words): " -x -a " + quoted(words().joined(separator: " "))
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "'"
        for character in text {
            if character == "'" || character == "\\" { quoted += "\\" }
            quoted.append(character)
        }
        return quoted + "'"
    }
}
