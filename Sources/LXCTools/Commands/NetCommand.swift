// SPDX-License-Identifier: Apache-2.0
import LXCNetwork
import LXCRuntime
import LinuxKernel

/// What `lxc-net` is asked to do.
package enum NetRequest: Sendable, Equatable {
    case start, stop, forceStop, restart
    case status(OutputFormat)
    /// No word, or one that it does not know.
    case usage
}

/// `lxc-net`.
package enum NetCommand: ToolCommand {
    package static let table = OptionTable(
        tool: "lxc-net",
        synopsis: ["start|stop|restart|reload|force-reload|force-stop", "status [--format FORMAT]"],
        summary: """
            Sets up and takes down the host's bridge for containers: addresses, DHCP and DNS (dnsmasq), and translation of addresses. The \
            settings are in \(settingsFolder)/default/lxc-net.
            """,
        groups: [.init(nil, [SharedOption.format])],
        operands: Operands(name: .absent, rest: .words),
        shared: .helpOnly,
        notes: [
            "stop leaves the bridge itself alone as long as containers are connected to it; force-stop removes it all the same.",
            "status ends with 0 when everything runs, 1 when something of it is missing, 3 when it is stopped.",
        ])

    /// Words that mean the same as in C LXC's script.
    private static let usageLine = "Usage: lxc-net {start|stop|restart|reload|force-reload|force-stop|status}\n"

    private static var settingsFolder: String {
        // InstalledPaths has the folder of our own files, which lies in that of all administrators' files.
        String(InstalledPaths.sysconf.dropLast("/lxc".count))
    }

    private static var network: HostNetwork {
        HostNetwork(
            HostNetwork.Places(
                settings: settingsFolder, run: InstalledPaths.run, leases: InstalledPaths.localState + "/lib/misc"))
    }

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> NetRequest {
        let format = try options.outputFormat()
        guard options.words.count == 1 else { return .usage }
        switch options.words[0] {
        case "start": return .start
        case "stop": return .stop
        case "force-stop": return .forceStop
        case "restart", "reload", "force-reload": return .restart
        case "status": return .status(format)
        default: return .usage
        }
    }

    /// Does it and prints the result.
    package static func run(
        _ request: NetRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        switch request {
        case .start: return try start(streams)
        case .stop: return try stop(isForced: false, streams)
        case .forceStop: return try stop(isForced: true, streams)
        case .restart:
            // As C LXC's does: a network that is not running is started.
            _ = try stop(isForced: false, streams)
            return try start(streams)
        case .status(let format): return try showStatus(format, streams)
        case .usage:
            try streams.print(usageLine)
            return .badArgument
        }
    }

    private static func start(_ streams: some ToolStreams) throws(ToolFailure) -> ExitCode {
        let result: HostNetwork.StartResult
        do { result = try network.start() } catch { throw ToolFailure(error) }
        guard result == .alreadyRunning else { return .success }
        try streams.print("lxc-net is already running\n")
        return .failure
    }

    private static func stop(isForced: Bool, _ streams: some ToolStreams) throws(ToolFailure) -> ExitCode {
        let result: HostNetwork.StopResult
        do { result = try network.stop(isForced: isForced) } catch { throw ToolFailure(error) }
        switch result {
        case .notRunning:
            try streams.print("lxc-net isn't running\n")
            return .failure
        case .stopped(let ports):
            if !ports.isEmpty {
                let names = ports.prefix(5).joined(separator: " ") + (ports.count > 5 ? " ..." : "")
                streams.printError(
                    ErrorPrinter.printable("lxc-net: the bridge stays, containers are connected to it (\(names)); force-stop removes it")
                        + "\n")
            }
            return .success
        case .notWanted: return .success
        }
    }

    private static func showStatus(_ format: OutputFormat, _ streams: some ToolStreams) throws(ToolFailure) -> ExitCode {
        let status: HostNetwork.Status
        do { status = try network.status() } catch { throw ToolFailure(error) }
        switch format {
        case .table: try streams.print(NetStatusText.lines(status).map { $0 + "\n" }.joined())
        case .json: try streams.print(NetStatusText.json(status).text + "\n")
        }
        switch status.state {
        case .running: return .success
        case .incomplete: return .failure
        case .stopped: return .serviceStopped
        }
    }
}

extension ToolFailure {
    /// What the host's network could not do, for the user.
    init(_ failure: HostNetworkFailure) {
        self.init(
            OperationFailure(
                failure.what, reason: failure.reason, key: failure.variable, origin: failure.origin, hint: failure.hint),
            code: failure.origin == nil ? .systemCall : .badConfiguration)
    }
}
