// SPDX-License-Identifier: Apache-2.0

/// Completion for zsh.
enum ZshCompletion {
    static func script(_ tables: [OptionTable]) -> String {
        let tools = tables.map { $0.tool }.joined(separator: " ")
        var text = """
            #compdef lxc \(tools)
            # zsh completion for the lxc tools; made by "lxc-config --completion zsh" from the tables that the tools parse with.
            _lxc_names() {
                local -a names folder
                local index=${words[(I)-P]}
                ((index)) && folder=(-P ${(Q)words[index + 1]})
                names=(${(f)"$(lxc-ls -1 $folder $@ 2> /dev/null)"})
                compadd -a names
            }
            _lxc_templates() {
                local -a names
                names=(${(f)"$(\(CompletionText.templateList))"})
                compadd -a names
            }

            """
        for table in tables { text += function(table) }
        let words = tables.map { String($0.tool.dropFirst("lxc-".count)) }.joined(separator: " ")
        text += """
            _lxc() {
                if [[ $service == lxc ]]; then
                    if ((CURRENT == 2)); then compadd \(words); return; fi
                    service=lxc-$words[2]
                    shift words
                    ((CURRENT--))
                fi
                (($+functions[_${service//-/_}])) && _${service//-/_}
            }
            _lxc "$@"

            """
        return text
    }

    private static func function(_ table: OptionTable) -> String {
        var text = "\(CompletionText.functionName(table.tool))() {\n    _arguments -s -S"
        for option in CompletionText.offered(table) {
            text += " \\\n        " + specification(option, repeats: table.shared == .manyPaths && option.isSame(as: SharedOption.path))
        }
        switch table.operands.name {
        case .required, .optional, .pattern:
            let names = " _lxc_names\(CompletionText.listArgument(table.operands.candidates))"
            text += " \\\n        '1:container:\(names)'"
        case .absent: break
        }
        if table.operands.rest != .nothing { text += " \\\n        '*:argument:_files'" }
        return text + "\n}\n"
    }

    private static func specification(_ option: Option, repeats: Bool) -> String {
        let help = "[" + escaped(CompletionText.summary(option.help)) + "]"
        var argument = ""
        switch option.argument {
        case .none: break
        case .required(let word): argument = ":\(escaped(word.description)):\(action(option.completion))"
        case .optional(let word): argument = "::\(escaped(word.description)):\(action(option.completion))"
        }
        // The sign after the spelling tells zsh where the argument may be: glued only ("-"), or also in the next word.
        let glue: (short: String, long: String) =
            switch option.argument {
            case .none: ("", "")
            case .required: ("+", "=")
            case .optional: ("-", "=-")
            }
        let mark = repeats ? "*" : ""
        var forms: [String] = []
        if let short = option.shortText { forms.append(CompletionText.quoted("\(mark)-\(short)\(glue.short)\(help)\(argument)")) }
        if let long = option.longText { forms.append(CompletionText.quoted("\(mark)--\(long)\(glue.long)\(help)\(argument)")) }
        return forms.joined(separator: " ")
    }

    /// What completes an argument. A leading blank keeps zsh from slipping words of its own in between ours.
    private static func action(_ completion: Option.Completion) -> String {
        switch completion {
        case .nothing: " "
        case .file: "_files"
        case .directory: "_files -/"
        case .command: "_command_names -e"
        case .template: " _lxc_templates"
        case .container(let filter): " _lxc_names\(CompletionText.listArgument(filter))"
        case .words(let words): "(\(words().joined(separator: " ")))"
        }
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if "[]:\\".contains(character) { escaped += "\\" }
            escaped.append(character)
        }
        return escaped
    }
}
