// SPDX-License-Identifier: Apache-2.0
package import LXCRuntime

/// What `lxc-wait` is asked to do.
package struct WaitRequest: Sendable, Equatable {
    package var target: ContainerTarget
    /// Any of these ends the wait; never empty.
    package var states: [ContainerState]
    /// Seconds; 0 only looks, `nil` waits for ever.
    package var timeout: Int?
}

/// `lxc-wait`.
package enum WaitCommand: ToolCommand {
    static let state = Option(
        "state", "s", .required("STATE"), completes: .words({ ContainerState.allCases.map { $0.name } }),
        help: "State to wait for, or several joined with |: \(ContainerState.allCases.map { $0.name }.joined(separator: ", ")).")
    static let timeout = Option(
        "timeout", "t", .required("SECONDS"), default: "-1", help: "Give up after this time; 0 only looks, -1 waits for ever.")

    package static let table = OptionTable(
        tool: "lxc-wait",
        synopsis: ["[-n] NAME -s STATE[|STATE...] [OPTION...]"],
        summary: "Waits until a container is in one of some states. A container that does not exist is STOPPED.",
        groups: [.init(nil, [state, timeout])],
        operands: Operands(name: .required))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> WaitRequest {
        guard let words = options.value(state) else {
            throw .usage("there is no state to wait for", advice: "name one with -s, for example -s RUNNING")
        }
        var states: [ContainerState] = []
        for word in words.split(separator: "|", omittingEmptySubsequences: false) {
            guard let state = ContainerState(name: String(word)) else {
                throw ToolFailure(
                    .badOptions, "invalid state '\(word)'", advice: "use \(ContainerState.allCases.map { $0.name }.joined(separator: ", "))"
                )
            }
            states.append(state)
        }
        let seconds = try options.integer(timeout, in: -1...Int(Int32.max)) ?? -1
        return WaitRequest(target: try target(options, common), states: states, timeout: seconds < 0 ? nil : seconds)
    }

    /// Does it and prints the result.
    package static func run(
        _ request: WaitRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.wait(request) ? .success : .failure
    }
}
