// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The one program behind all the tools: the name it was called by, or else its first word, chooses the tool.
package enum Multicall {
    /// Runs the tool that a command line asks for and returns its exit status. The words begin with the program's own name:
    /// `lxc-start NAME`, or `lxc start NAME`.
    package static func run(
        _ arguments: [String], engine: some ContainerEngine, streams: some ToolStreams = ProcessStreams()
    ) -> Int32 {
        let runner = ToolRunner(engine: engine, streams: streams)
        let program = arguments.first ?? "lxc"
        let words = Array(arguments.dropFirst())
        if let status = ToolRegistry.run(baseName(program), runner, program: program, arguments: words) { return status.rawValue }
        guard let verb = words.first else { return explain(streams, isError: true) }
        let tool = "lxc-\(verb)"
        if let status = ToolRegistry.run(tool, runner, program: tool, arguments: Array(words.dropFirst())) { return status.rawValue }
        switch verb {
        case "--help", "-h", "help": return explain(streams, isError: false)
        case "--version":
            do { try streams.print(ToolVersion.text + "\n") } catch {
                streams.printError(ErrorPrinter.text(error, tool: "lxc", container: nil, format: .text))
                return ExitCode.failure.rawValue
            }
            return ExitCode.success.rawValue
        default:
            streams.printError("lxc: there is no tool \"\(ErrorPrinter.printable(verb))\"; \"lxc --help\" lists them\n")
            return ExitCode.failure.rawValue
        }
    }

    private static func explain(_ streams: some ToolStreams, isError: Bool) -> Int32 {
        var text = "Usage: lxc TOOL [OPTION...] [ARG...]\n\nEach tool also exists as a program of its own, lxc-TOOL.\n\nTools :\n"
        for table in ToolRegistry.tables {
            let verb = String(table.tool.dropFirst("lxc-".count))
            text += "  \(verb)\(String(repeating: " ", count: max(1, 16 - verb.count)))\(CompletionText.summary(table.summary))\n"
        }
        streams.printError(text)
        return (isError ? ExitCode.failure : .success).rawValue
    }

    private static func baseName(_ path: String) -> String {
        // By bytes: a slash as a character is looked for at ten times the price.
        let bytes = path.utf8.span
        guard let slash = bytes.indices.last(where: { bytes[$0] == UInt8(ascii: "/") }) else { return path }
        return path.part(slash + 1..<bytes.count)
    }
}
