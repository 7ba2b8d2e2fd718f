// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCNetwork
import LinuxKernel
import Netlink

/// What `lxc-containers` is asked to do.
package enum ContainersRequest: Sendable, Equatable {
    case start, stop, restart
    /// No word, or one that it does not know.
    case usage
}

/// `lxc-containers`: what the init system calls when the machine starts and stops.
package enum ContainersCommand: ToolCommand {
    package static let table = OptionTable(
        tool: "lxc-containers",
        synopsis: ["start|stop|restart|reload|force-reload"],
        summary: """
            Starts the containers that have lxc.start.auto, or stops all that run: what the init system calls when the machine starts and \
            stops. The settings are in \(settingsFile).
            """,
        operands: Operands(name: .absent, rest: .words),
        shared: .helpOnly,
        notes: [
            """
            start is lxc-autostart with OPTIONS and -g BOOTGROUPS, unless LXC_AUTO is false; stop is lxc-autostart with STOPOPTS and \
            -t SHUTDOWNDELAY.
            """
        ])

    private static let usageLine = "Usage: lxc-containers {start|stop|restart|reload|force-reload}\n"

    private static var settingsFile: String {
        // InstalledPaths has the folder of our own files, which lies in that of all administrators' files.
        InstalledPaths.sysconf.dropLast("/lxc".count) + "/default/lxc"
    }

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> ContainersRequest {
        guard options.words.count == 1 else { return .usage }
        return switch options.words[0] {
        case "start": .start
        case "stop": .stop
        case "restart", "reload", "force-reload": .restart
        default: .usage
        }
    }

    /// Does it and prints the result.
    package static func run(
        _ request: ContainersRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        if request == .usage {
            try streams.print(usageLine)
            return .badArgument
        }
        let settings = try BootSettings.load(settingsFile)
        switch request {
        case .start: return try start(settings, engine, streams)
        case .stop: return autostart(settings.stopArguments, engine, streams)
        case .restart:
            // What could not be stopped has been told, and the others are to run again.
            _ = autostart(settings.stopArguments, engine, streams)
            return try start(settings, engine, streams)
        case .usage: return .badArgument
        }
    }

    private static func start(
        _ settings: BootSettings, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        guard settings.startsContainers else { return .success }
        if settings.waitsForBridge { waitForBridges(try engine.systemValue(.defaultConfig)) }
        return autostart(settings.startArguments, engine, streams)
    }

    private static func autostart(_ arguments: [String], _ engine: some ContainerEngine, _ streams: some ToolStreams) -> ExitCode {
        ToolRunner(engine: engine, streams: streams).run(AutostartCommand.self, program: "lxc-autostart", arguments: arguments)
    }

    /// Somebody else's bridge (libvirt's, say) may come up later than this program; containers on it would not start.
    private static func waitForBridges(_ defaultConfig: String?) {
        guard let defaultConfig else { return }
        let names: [String]
        // Whoever has a default configuration that cannot be read hears of it from lxc-create.
        do { names = try ConfigParser.load(path: defaultConfig).config.networks.compactMap { $0.link } } catch { return }
        let deadline = MonotonicInstant.now + .seconds(30)
        for name in names {
            while !isUp(name), !deadline.hasPassed { (MonotonicInstant.now + .milliseconds(200)).sleep() }
        }
    }

    private static func isUp(_ name: String) -> Bool {
        do {
            var socket = try NetlinkSocket()
            return try socket.link(named: name)?.isUp == true
        } catch {
            // Nothing can be learned by waiting; a container that needs the bridge says what is wrong with it.
            return true
        }
    }
}

/// What `/etc/default/lxc` says about containers when the machine starts and stops.
struct BootSettings: Sendable, Equatable {
    /// `LXC_AUTO`
    var startsContainers = true
    /// `USE_LXC_BRIDGE`: whether there is a bridge to wait for.
    var waitsForBridge = true
    /// The words after `lxc-autostart` that start containers.
    var startArguments: [String]
    /// The words after `lxc-autostart` that stop them.
    var stopArguments: [String]

    /// Reads the file; one that is missing says nothing.
    ///
    /// - Throws: ``ToolFailure`` that names file and line of what cannot be read.
    static func load(_ path: String) throws(ToolFailure) -> BootSettings {
        var file = SysconfigFile()
        do { try file.read(path) } catch { throw ToolFailure(error) }
        return BootSettings(file.variables.mapValues { $0.value })
    }

    init(_ variables: [String: String]) {
        startsContainers = variables["LXC_AUTO"] ?? "true" == "true"
        waitsForBridge = variables["USE_LXC_BRIDGE"] ?? "true" == "true"
        startArguments = Self.words(variables["OPTIONS"] ?? "")
        let groups = variables["BOOTGROUPS"] ?? "onboot,"
        // C LXC's option -a ignores groups without a word; ours would remark on it at every start of the machine.
        if !groups.isEmpty && !startArguments.contains(where: { $0 == "-a" || $0 == "--all" }) { startArguments += ["-g", groups] }
        stopArguments = Self.words(variables["STOPOPTS"] ?? "-a -A -s")
        let delay = variables["SHUTDOWNDELAY"] ?? "5"
        if !delay.isEmpty { stopArguments += ["-t", delay] }
    }

    private static func words(_ text: String) -> [String] { text.split { $0 == " " || $0 == "\t" }.map(String.init) }
}
