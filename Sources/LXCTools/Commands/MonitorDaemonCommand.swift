// SPDX-License-Identifier: Apache-2.0

/// What `lxc-monitord` is asked to do.
package enum MonitorDaemonRequest: Sendable, Equatable {
    /// Serve one container folder; a byte written to the descriptor tells the starter that the daemon is ready.
    case serve(path: String, readyDescriptor: Int32)
    /// Serve the configured folder as a service.
    case service
}

/// `lxc-monitord`.
package enum MonitorDaemonCommand: ToolCommand {
    static let daemon = Option("daemon", nil, help: "Serve the configured container folder without end, as a service.")

    package static let table = OptionTable(
        tool: "lxc-monitord",
        synopsis: ["LXCPATH FD", "--daemon"],
        summary: """
            Passes state changes of the containers in LXCPATH on to lxc-monitor, which starts it. It ends half a minute after the last \
            listener has gone.
            """,
        groups: [.init(nil, [daemon])],
        operands: Operands(name: .absent, rest: .words),
        shared: .helpOnly)

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> MonitorDaemonRequest {
        if options.has(daemon) { return .service }
        guard options.words.count == 2, options.words[0].hasPrefix("/"), let descriptor = Int32(options.words[1]), descriptor >= 0 else {
            throw .usage("expected an absolute container path and a descriptor number", advice: "lxc-monitor starts this program itself")
        }
        return .serve(path: options.words[0], readyDescriptor: descriptor)
    }

    /// Does it and prints the result.
    package static func run(
        _ request: MonitorDaemonRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.runMonitorDaemon(request)
    }
}
