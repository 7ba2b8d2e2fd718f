// SPDX-License-Identifier: Apache-2.0

/// What `lxc-destroy` is asked to do.
package struct DestroyRequest: Sendable, Equatable {
    package var target: ContainerTarget
    /// Stops a running container first.
    package var stopsFirst = false
    package var includesSnapshots = false
}

/// `lxc-destroy`.
package enum DestroyCommand: ToolCommand {
    static let snapshots = Option("snapshots", "s", help: "Destroy the container's snapshots too.")
    static let force = Option("force", "f", help: "Stop the container first if it runs.")

    package static let table = OptionTable(
        tool: "lxc-destroy",
        synopsis: ["[-n] NAME [OPTION...]"],
        summary: "Removes a container and all its files.",
        groups: [.init(nil, [snapshots, force])],
        operands: Operands(name: .required))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> DestroyRequest {
        DestroyRequest(
            target: try target(options, common), stopsFirst: options.has(force), includesSnapshots: options.has(snapshots))
    }

    /// Does it and prints the result.
    package static func run(
        _ request: DestroyRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.destroy(request)
        return .success
    }
}
