// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// What `lxc-update-config` is asked to do.
package struct UpdateConfigRequest: Sendable, Equatable {
    package var file: String
    /// Only shows what would change.
    package var isPreview = false

    package init(file: String, isPreview: Bool = false) {
        self.file = file
        self.isPreview = isPreview
    }
}

/// `lxc-update-config`.
package enum UpdateConfigCommand: ToolCommand {
    static let file = Option("config", "c", .required("FILE"), completes: .file, help: "The configuration file to bring up to date.")
    static let preview = Option(
        "preview", nil, isExtension: true, help: "Show the change as a diff and leave the file alone.")

    package static let table = OptionTable(
        tool: "lxc-update-config",
        synopsis: ["-c FILE [--preview]"],
        summary: "Rewrites the historic keys of a configuration file to today's; the old content stays in FILE.backup.",
        groups: [.init(nil, [file, preview])],
        operands: Operands(name: .absent),
        shared: .helpOnly)

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> UpdateConfigRequest? {
        guard let path = options.value(file) else { return nil }
        if path.isEmpty { throw .usage("\(file.displayName): the file name is empty") }
        return UpdateConfigRequest(file: path, isPreview: options.has(preview))
    }

    /// Does it and prints the result.
    package static func run(
        _ request: UpdateConfigRequest?, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        guard let request else {
            // C LXC's script answers a bare call with its usage and success.
            try streams.print(HelpText.help(table))
            return .success
        }
        let update: ConfigUpdate
        do { update = try ConfigUpdate.load(path: request.file) } catch { throw ToolFailure(error) }
        if request.isPreview {
            try streams.print(String(kernelBytes: update.diff))
        } else {
            do { try update.save() } catch { throw ToolFailure("cannot rewrite \(request.file)", error) }
        }
        return .success
    }
}
