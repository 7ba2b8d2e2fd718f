// SPDX-License-Identifier: Apache-2.0
package import LXCRuntime
import LinuxKernel

/// What `lxc-monitor` is asked to do.
package struct MonitorRequest: Sendable, Equatable {
    package var options: CommonOptions
    /// Extended regular expression that must match the whole name.
    package var pattern: String
    /// Tells the monitor daemons to quit instead.
    package var quits = false
    package var format = OutputFormat.table
}

/// Something that happened to a container.
package struct MonitorEvent: Sendable, Equatable {
    /// What happened.
    package enum Kind: Sendable, Equatable {
        case state(ContainerState)
        /// Init ended with this status, or with 0 when it was killed.
        case exit(Int32)
    }

    package let name: String
    package let kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// `lxc-monitor`.
package enum MonitorCommand: ToolCommand {
    static let quit = Option("quit", "Q", help: "Tell the lxc-monitord of each container folder to quit.")

    package static let table = OptionTable(
        tool: "lxc-monitor",
        synopsis: ["[-n PATTERN] [-P PATH]... [OPTION...]"],
        summary: """
            Prints every change of state of the containers whose names match. The name may be an extended regular expression; \
            without one all containers are shown.
            """,
        groups: [.init(nil, [quit, SharedOption.format])],
        operands: Operands(name: .pattern),
        shared: .manyPaths)

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> MonitorRequest {
        MonitorRequest(
            options: common, pattern: options.name ?? ".*", quits: options.has(quit), format: try options.outputFormat())
    }

    /// Does it and prints the result.
    package static func run(
        _ request: MonitorRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        if request.quits {
            try engine.quitMonitorDaemons(request)
            return .success
        }
        let expression = try RegularExpression.checked("^(\(request.pattern))$", asWritten: request.pattern)
        try engine.monitor(request) { (event) throws(ToolFailure) in
            if expression.matches(event.name) { try streams.print(line(event, request.format)) }
        }
        return .success
    }

    static func line(_ event: MonitorEvent, _ format: OutputFormat) -> String {
        switch (format, event.kind) {
        case (.table, .state(let state)): "'\(event.name)' changed state to [\(state.name)]\n"
        case (.table, .exit(let status)): "'\(event.name)' exited with status [\(status)]\n"
        case (.json, .state(let state)):
            JSONValue.document([.init("name", .string(event.name)), .init("state", .string(state.name))]).text + "\n"
        case (.json, .exit(let status)):
            JSONValue.document([.init("name", .string(event.name)), .init("exit_status", .integer(Int64(status)))]).text + "\n"
        }
    }
}

extension RegularExpression {
    /// Compiles an expression from the command line.
    ///
    /// - Throws: ``ToolFailure`` that shows the expression as the user wrote it, with libc's reason.
    static func checked(_ pattern: String, asWritten written: String) throws(ToolFailure) -> RegularExpression {
        do { return try RegularExpression(pattern) } catch {
            throw ToolFailure(.usage, "\"\(written)\" is not a regular expression", reason: error.reason)
        }
    }
}
