// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// What `lxc-config` is asked to do.
package enum ConfigRequest: Sendable, Equatable {
    case usage
    case list(OutputFormat)
    case show(SystemConfigItem, OutputFormat)
    case unknown(String)
    case completion(Shell)
    case manual(tool: String)
}

/// `lxc-config`.
package enum ConfigCommand: ToolCommand {
    static let list = Option("list", "l", help: "List the names of all items.")
    static let completion = Option(
        "completion", nil, .required("SHELL"), completes: .words({ Shell.allCases.map { $0.rawValue } }), isExtension: true,
        help: "Print the completion script of all lxc tools for bash, zsh or fish.")
    static let manual = Option(
        "manual", nil, .required("TOOL"), isExtension: true,
        help: "Print a manual page in troff form: of a tool, lxc.container.conf or lxc.system.conf.")

    package static let table = OptionTable(
        tool: "lxc-config",
        synopsis: ["-l", "ITEM", "--completion SHELL", "--manual TOOL"],
        summary: "Shows the system-wide settings that the lxc tools use.",
        groups: [.init(nil, [list, SharedOption.format, completion, manual])],
        operands: Operands(name: .absent, rest: .words),
        shared: .helpOnly)

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> ConfigRequest {
        if let shell = try options.choice(completion, Shell.allCases) { return .completion(shell) }
        if let tool = options.value(manual) { return .manual(tool: tool) }
        let format = try options.outputFormat()
        if options.has(list) { return .list(format) }
        guard let word = options.words.first else { return .usage }
        // Scripts abbreviate.
        guard let item = SystemConfigItem(beginning: word) else { return .unknown(word) }
        return .show(item, format)
    }

    /// Does it and prints the result.
    package static func run(
        _ request: ConfigRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        switch request {
        case .usage:
            try streams.print(HelpText.help(table))
        case .list(.table):
            try streams.print(SystemConfigItem.listed.map { $0.rawValue + "\n" }.joined())
        case .list(.json):
            var members: [JSONValue.Member] = []
            for item in SystemConfigItem.listed { members.append(.init(item.rawValue, .optional(try engine.systemValue(item)))) }
            try streams.print(json(members))
        case .show(let item, .table):
            try streams.print((try engine.systemValue(item) ?? "\(item.rawValue) is not set.") + "\n")
        case .show(let item, .json):
            try streams.print(json([.init(item.rawValue, .optional(try engine.systemValue(item)))]))
        case .unknown(let word):
            try streams.print("Unknown configuration item: \(ErrorPrinter.printable(word))\n")
            return .failure
        case .completion(let shell):
            try streams.print(shell.script(for: ToolRegistry.tables))
        case .manual(let tool):
            if let page = ConfigManual(rawValue: tool) {
                try streams.print(page.text)
                break
            }
            guard let table = ToolRegistry.tables.first(where: { $0.tool == tool }) else {
                throw .usage("there is no tool \"\(tool)\"", advice: "use one of \(ToolRegistry.names.joined(separator: " "))")
            }
            try streams.print(ManualPage.text(table))
        }
        return .success
    }

    private static func json(_ items: [JSONValue.Member]) -> String {
        JSONValue.document([.init("items", .object(items))]).text + "\n"
    }
}
