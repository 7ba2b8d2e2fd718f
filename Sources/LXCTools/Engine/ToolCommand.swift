// SPDX-License-Identifier: Apache-2.0

/// One tool: its table, the check of its command line, and what it does.
package protocol ToolCommand {
    associatedtype Request: Sendable

    /// The command line's declaration.
    static var table: OptionTable { get }

    /// Turns a parsed command line into a checked request.
    ///
    /// - Throws: ``ToolFailure`` that names the option or word that does not fit.
    static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> Request

    /// Does it and prints the result.
    static func run(_ request: Request, _ engine: some ContainerEngine, _ streams: some ToolStreams) throws(ToolFailure) -> ExitCode

    /// Adds to the tool's help what depends on the command line.
    static func extendHelp(_ options: ParsedOptions, _ engine: some ContainerEngine, _ streams: some ToolStreams) throws(ToolFailure)
}

extension ToolCommand {
    /// Adds nothing; most tools have nothing to add.
    package static func extendHelp(
        _ options: ParsedOptions, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) {}

    /// The container that the command line names.
    static func target(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> ContainerTarget {
        guard let name = options.name else { throw .noContainerName }
        return ContainerTarget(name: name, options: common)
    }
}

extension ToolFailure {
    /// No `-n` and no plain word.
    package static let noContainerName = ToolFailure(.noName, "No container name specified")
}
