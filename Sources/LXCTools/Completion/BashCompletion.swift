// SPDX-License-Identifier: Apache-2.0

/// Completion for bash.
enum BashCompletion {
    static func script(_ tables: [OptionTable]) -> String {
        var text = prologue
        for table in tables { text += function(table) }
        text += multicall(tables)
        text += "complete -F _lxc_complete lxc lxc-unpriv-attach lxc-unpriv-start \(tables.map { $0.tool }.joined(separator: " "))\n"
        return text
    }

    // COMP_WORDBREAKS makes "--option=value" three words; `previous` skips the sign so that both spellings complete alike.
    private static let prologue = """
        # bash completion for the lxc tools; made by "lxc-config --completion bash" from the tables that the tools parse with.
        _lxc_names() {
            local -a folder=()
            local index
            for ((index = 1; index < COMP_CWORD - 1; index++)); do
                case ${COMP_WORDS[index]} in
                    -P | --lxcpath)
                        if [[ ${COMP_WORDS[index + 1]} == = ]]; then folder=(-P "${COMP_WORDS[index + 2]}")
                        else folder=(-P "${COMP_WORDS[index + 1]}"); fi ;;
                esac
            done
            _lxc_words "$(lxc-ls -1 "${folder[@]}" "$@" 2> /dev/null)"
        }
        _lxc_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
        _lxc_files() { compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen "$1" -- "$current"); }
        _lxc_complete() {
            local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} tool=${COMP_WORDS[0]##*/}
            local first=1 index
            COMPREPLY=()
            if [[ $current == = ]]; then current=
            elif [[ $previous == = && $COMP_CWORD -ge 2 ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
            tool=${tool/#lxc-unpriv-/lxc-}
            if [[ $tool == lxc ]]; then
                if ((COMP_CWORD == 1)); then _lxc_subcommands; return; fi
                tool=lxc-${COMP_WORDS[1]} first=2
            fi
            for ((index = first; index < COMP_CWORD; index++)); do
                if [[ ${COMP_WORDS[index]} == -- ]]; then _lxc_files -f; return; fi
            done
            declare -F "_${tool//-/_}" > /dev/null && "_${tool//-/_}"
        }

        """

    private static func function(_ table: OptionTable) -> String {
        let options = CompletionText.offered(table)
        var text = "\(CompletionText.functionName(table.tool))() {\n    case $previous in\n"
        for option in options {
            guard case .required = option.argument else { continue }
            text += "        \(spellings(option).joined(separator: " | "))) \(action(option.completion)); return ;;\n"
        }
        text += "    esac\n"
        let words = options.flatMap(spellings).joined(separator: " ")
        text += "    if [[ $current == -* ]]; then _lxc_words \(CompletionText.quoted(words)); return; fi\n"
        switch table.operands.name {
        case .required, .optional, .pattern: text += "    _lxc_names\(CompletionText.listArgument(table.operands.candidates))\n"
        case .absent: text += "    _lxc_files -f\n"
        }
        return text + "}\n"
    }

    private static func multicall(_ tables: [OptionTable]) -> String {
        let words = tables.map { String($0.tool.dropFirst("lxc-".count)) }.joined(separator: " ")
        return "_lxc_subcommands() { _lxc_words \(CompletionText.quoted(words)); }\n"
    }

    private static func spellings(_ option: Option) -> [String] {
        [option.shortText.map { "-\($0)" }, option.longText.map { "--\($0)" }].compactMap { $0 }
    }

    private static func action(_ completion: Option.Completion) -> String {
        switch completion {
        case .nothing: "COMPREPLY=()"
        case .file: "_lxc_files -f"
        case .directory: "_lxc_files -d"
        case .command: "_lxc_files -c"
        case .template: "_lxc_words \"$(\(CompletionText.templateList))\""
        case .container(let filter): "_lxc_names\(CompletionText.listArgument(filter))"
        case .words(let words): "_lxc_words \(CompletionText.quoted(words().joined(separator: " ")))"
        }
    }
}
