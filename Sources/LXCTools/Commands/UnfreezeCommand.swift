// SPDX-License-Identifier: Apache-2.0

/// `lxc-unfreeze`.
package enum UnfreezeCommand: ToolCommand {
    package static let table = OptionTable(
        tool: "lxc-unfreeze",
        synopsis: ["[-n] NAME [OPTION...]"],
        summary: "Lets the processes of a frozen container go on.",
        operands: Operands(name: .required, candidates: .frozen))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> ContainerTarget {
        try target(options, common)
    }

    /// Does it and prints the result.
    package static func run(
        _ request: ContainerTarget, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.unfreeze(request)
        return .success
    }
}
