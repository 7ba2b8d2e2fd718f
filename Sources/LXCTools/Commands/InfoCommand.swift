// SPDX-License-Identifier: Apache-2.0

/// What `lxc-info` is asked to show.
package struct InfoRequest: Sendable, Equatable {
    /// Parts of the report.
    package struct Parts: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let state = Parts(rawValue: 1)
        package static let pid = Parts(rawValue: 2)
        package static let addresses = Parts(rawValue: 4)
        package static let statistics = Parts(rawValue: 8)
        package static let all: Parts = [.state, .pid, .addresses, .statistics]
    }

    package var target: ContainerTarget
    /// The parts asked for; empty when only keys are.
    package var parts: Parts
    /// Whether nothing was chosen, so that everything is shown under the container's name.
    package var showsAll: Bool
    /// Configuration keys to show, in order.
    package var keys: [String] = []
    package var isHumanized = true
    package var format = OutputFormat.table
}

/// `lxc-info`.
package enum InfoCommand: ToolCommand {
    static let config = Option(
        "config", "c", .required("KEY"), help: "Show the configuration key KEY, of the running container if it runs; may be repeated.")
    static let addresses = Option("ips", "i", help: "Show the IP addresses.")
    static let pid = Option("pid", "p", help: "Show the process number of the container's init.")
    static let statistics = Option("stats", "S", help: "Show use of processor, block devices, memory and network.")
    static let raw = Option(
        "no-humanize", "H", help: "Show plain numbers; with exactly one of -s, -p, -i, or one -c, only the bare value.")
    static let state = Option("state", "s", help: "Show the container's state.")

    package static let table = OptionTable(
        tool: "lxc-info",
        synopsis: ["[-n] NAME [OPTION...]"],
        summary: "Shows what is known about a container; everything, unless options choose.",
        groups: [.init(nil, [config, addresses, pid, statistics, raw, state, SharedOption.format])],
        operands: Operands(name: .required))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> InfoRequest {
        var parts: InfoRequest.Parts = []
        if options.has(state) { parts.insert(.state) }
        if options.has(pid) { parts.insert(.pid) }
        if options.has(addresses) { parts.insert(.addresses) }
        if options.has(statistics) { parts.insert(.statistics) }
        let keys = options.values(config)
        let showsAll = parts.isEmpty && keys.isEmpty
        return InfoRequest(
            target: try target(options, common), parts: showsAll ? .all : parts, showsAll: showsAll, keys: keys,
            isHumanized: !options.has(raw), format: try options.outputFormat())
    }

    /// Does it and prints the result.
    package static func run(
        _ request: InfoRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        let report = try engine.information(request)
        switch request.format {
        case .table:
            try streams.print(report.text(request))
            // An unknown key is told, but is no failure.
            if !request.target.options.isQuiet {
                for value in report.values where value.text == nil {
                    streams.printError("\(ErrorPrinter.printable(value.key)) invalid\n")
                }
            }
        case .json: try streams.print(report.json(request).text + "\n")
        }
        return .success
    }
}
