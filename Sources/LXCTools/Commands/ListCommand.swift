// SPDX-License-Identifier: Apache-2.0
package import LXCRuntime
import LinuxKernel

/// What `lxc-ls` is asked to list, and how.
package struct ListRequest: Sendable, Equatable {
    /// How the list looks.
    package enum Layout: Sendable, Equatable {
        /// One name a line, unpadded.
        case lines
        /// Names side by side.
        case packed
        case table([ListColumn])
        /// The table of LXC 1.0.
        case ruledTable([ListColumn])
        case json([ListColumn])
    }

    package var options: CommonOptions
    package var layout = Layout.packed
    /// Words of `-F` that are no columns.
    package var unknownColumns: [String] = []
    /// Any of these states; empty means every state.
    package var states: [ContainerState] = []
    /// Leaves out containers that run without a configuration.
    package var definedOnly = false
    /// Extended regular expression that must match somewhere in the name.
    package var pattern: String?
    /// All of these.
    package var groups: [String] = []
    /// How deep to look into containers; 0 does not.
    package var nestingLevels = 0
}

/// `lxc-ls`.
package enum ListCommand: ToolCommand {
    static let line = Option("line", "1", help: "Print one name a line.")
    static let fancy = Option("fancy", "f", help: "Print a table.")
    static let fancyFormat = Option(
        "fancy-format", "F", .required("COLUMNS"), completes: .words({ ListColumn.allCases.map { $0.rawValue } }),
        help: """
            With -f: the columns, joined with commas: \(ListColumn.allCases.map { $0.rawValue }.joined(separator: ", ")). \
            The list name,state,ipv4,ipv6,autostart in lower case prints the table as LXC 1.0 did.
            """)
    static let active = Option("active", nil, help: "List containers that are not stopped.")
    static let running = Option("running", nil, help: "List running containers; the options for states add up.")
    static let frozen = Option("frozen", nil, help: "List frozen containers.")
    static let stopped = Option("stopped", nil, help: "List stopped containers.")
    static let defined = Option("defined", nil, help: "Leave out containers that run without a configuration.")
    static let nesting = Option(
        "nesting", nil, .optional("LEVELS"), help: "Also list containers inside containers, 5 levels deep or as many as LEVELS says.")
    static let groups = Option("groups", "g", .required("GROUP,..."), help: "List containers that are in all of these groups.")
    static let filter = Option(
        "filter", nil, .required("REGEX"), help: "List containers whose names match; a single plain word does the same.")

    package static let table = OptionTable(
        tool: "lxc-ls",
        synopsis: ["[OPTION...] [REGEX]"],
        summary: "Lists containers.",
        groups: [
            .init(
                nil,
                [line, fancy, fancyFormat, active, running, frozen, stopped, defined, nesting, groups, filter, SharedOption.format])
        ],
        operands: Operands(name: .absent, rest: .words))

    /// The columns and spelling that ask for LXC 1.0's table.
    private static let ruledColumns = "name,state,ipv4,ipv6,autostart"

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> ListRequest {
        var request = ListRequest(options: common)
        let columns = columns(options.value(fancyFormat), &request.unknownColumns)
        if try options.outputFormat() == .json {
            request.layout = .json(columns ?? ListColumn.allCases)
        } else if options.has(fancy) {
            let isRuled = options.value(fancyFormat) == ruledColumns
            request.layout = isRuled ? .ruledTable(columns ?? []) : .table(columns ?? ListColumn.standard)
        } else {
            request.layout = options.has(line) ? .lines : .packed
        }
        var states: Set<ContainerState> = []
        if options.has(active) { states.formUnion(ContainerState.allCases.filter { $0 != .stopped }) }
        if options.has(running) { states.insert(.running) }
        if options.has(frozen) { states.insert(.frozen) }
        if options.has(stopped) { states.insert(.stopped) }
        request.states = ContainerState.allCases.filter(states.contains)
        request.definedOnly = options.has(defined)
        request.pattern = options.value(filter) ?? (options.words.count == 1 ? options.words.first : nil)
        request.groups = options.value(groups).map(ListFilter.groups) ?? []
        if options.has(nesting) { request.nestingLevels = try options.integer(nesting, in: 0...100) ?? 5 }
        return request
    }

    /// Does it and prints the result.
    package static func run(
        _ request: ListRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        if !request.options.isQuiet {
            for word in request.unknownColumns { streams.printError("Invalid key: \(ErrorPrinter.printable(word))\n") }
        }
        let rows = try rows(request, engine)
        switch request.layout {
        case .lines: try streams.print(rows.map { $0.path + "\n" }.joined())
        case .packed: try streams.print(PackedNames.text(rows.map { $0.path }, columns: streams.columns(of: .output)))
        case .table(let columns): try streams.print(ListRow.table(rows, columns, .current))
        case .ruledTable(let columns): try streams.print(ListRow.table(rows, columns, .ruled))
        case .json(let columns): try streams.print(json(rows, columns))
        }
        return .success
    }

    private static func json(_ rows: [ListRow], _ columns: [ListColumn]) -> String {
        JSONValue.document([.init("containers", .array(rows.map { $0.json(columns) }))]).text + "\n"
    }

    private static func rows(_ request: ListRequest, _ engine: some ContainerEngine) throws(ToolFailure) -> [ListRow] {
        let filter = try ListFilter(request)
        let containers = try engine.containers(request.options).filter { filter.admits($0) }
        if filter.fields.isEmpty { return containers.map { ListRow(name: $0.name) } }
        var rows: [ListRow] = []
        for (container, row) in zip(containers, try engine.facts(of: containers, filter.fields, request.options)) {
            guard filter.admits(row) else { continue }
            rows.append(row)
            guard request.nestingLevels > 0, row.state == .running else { continue }
            let nested = try engine.nestedContainers(
                of: container, levels: request.nestingLevels, filter.fields, request.options)
            rows += nested.filter { filter.admits($0) && filter.admitsName($0.name) }
        }
        return rows
    }

    private static func columns(_ text: String?, _ unknown: inout [String]) -> [ListColumn]? {
        guard let text else { return nil }
        var columns: [ListColumn] = []
        for word in text.split(separator: ",") {
            let word = String(word.filter { $0 != " " })
            if let column = ListColumn(rawValue: word.uppercased()) { columns.append(column) } else { unknown.append(word) }
        }
        return columns.isEmpty ? nil : columns
    }
}
