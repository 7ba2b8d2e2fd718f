// SPDX-License-Identifier: Apache-2.0

/// `lxc-freeze`.
package enum FreezeCommand: ToolCommand {
    package static let table = OptionTable(
        tool: "lxc-freeze",
        synopsis: ["[-n] NAME [OPTION...]"],
        summary: "Freezes a running container: its processes keep their memory but get no processor time.",
        operands: Operands(name: .required, candidates: .running))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> ContainerTarget {
        try target(options, common)
    }

    /// Does it and prints the result.
    package static func run(
        _ request: ContainerTarget, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.freeze(request)
        return .success
    }
}
