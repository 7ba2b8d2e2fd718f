// SPDX-License-Identifier: Apache-2.0

/// What `lxc-stop` is asked to do.
package struct StopRequest: Sendable, Equatable {
    /// What happens to the container.
    package enum Action: Sendable, Equatable {
        /// Asks init to shut down.
        case shutdown
        /// Asks init to reboot.
        case reboot
        /// Kills at once.
        case kill
    }

    package var target: ContainerTarget
    package var action = Action.shutdown
    /// Seconds to wait for the end; 0 does not wait, `nil` waits for ever.
    package var timeout: Int? = 60
    /// Whether a container that is still there after ``timeout`` is killed.
    package var killsAfterTimeout = true
    /// `false` ignores the container's lock, for a lock that a hung process holds.
    package var takesLock = true
}

/// `lxc-stop`.
package enum StopCommand: ToolCommand {
    static let reboot = Option("reboot", "r", help: "Ask the container to reboot instead of shutting down.")
    static let noWait = Option("nowait", "W", help: "Return as soon as the container was asked.")
    static let timeout = Option(
        "timeout", "t", .required("SECONDS"), default: "60",
        help: "Wait this long before the container is killed; -1 waits for ever, 0 does not wait.")
    static let kill = Option("kill", "k", help: "Kill the container at once.")
    static let noKill = Option("nokill", nil, help: "Never kill, even when the time is over.")
    static let noLock = Option("nolock", nil, help: "With -k: do not wait for the container's lock.")

    package static let table = OptionTable(
        tool: "lxc-stop",
        synopsis: ["[-n] NAME [OPTION...]"],
        summary: "Stops a container: asks it to shut down, waits, and kills it when it does not.",
        groups: [.init(nil, [reboot, noWait, timeout, kill, noLock, noKill])],
        operands: Operands(name: .required, candidates: .active))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> StopRequest {
        let seconds = try options.value(timeout).map { (text) throws(ToolFailure) in try Self.seconds(text) }
        try checkMix(options, seconds)
        var request = StopRequest(target: try target(options, common))
        if options.has(kill) {
            request.action = .kill
            request.timeout = 0
        } else {
            request.action = options.has(reboot) ? .reboot : .shutdown
            let given = options.has(noWait) ? 0 : seconds ?? 60
            request.timeout = given < 0 ? nil : given
        }
        // Without waiting there is no moment at which to kill.
        request.killsAfterTimeout = !options.has(noKill) && request.timeout != 0
        request.takesLock = !options.has(noLock)
        return request
    }

    /// Does it and prints the result.
    package static func run(
        _ request: StopRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.stop(request)
        return .success
    }

    /// For the engine: nothing to stop.
    package static func notRunning(_ name: String) -> ToolFailure { .notRunning(name, exit: .partial) }

    private static func seconds(_ text: String) throws(ToolFailure) -> Int {
        guard let number = Int(text), (-1...Int(Int32.max)).contains(number) else {
            throw ToolFailure(.badOptions, "Invalid timeout", reason: "\"\(text)\" is not -1 or a number of seconds")
        }
        return number
    }

    private static func checkMix(_ options: ParsedOptions, _ seconds: Int?) throws(ToolFailure) {
        let kills = options.has(kill)
        if kills && options.has(noKill) { throw mix("-k can't be used with --nokill") }
        if kills && options.has(reboot) { throw mix("-k can't be used with -r") }
        if kills, let seconds, seconds != 0 { throw mix("-k doesn't allow timeouts") }
        if !kills && options.has(noLock) { throw mix("--nolock may only be used with -k") }
    }

    private static func mix(_ message: String) -> ToolFailure { ToolFailure(.badOptions, message) }
}
