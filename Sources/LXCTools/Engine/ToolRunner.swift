// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Runs one tool from its command line to its exit status.
package struct ToolRunner<Engine: ContainerEngine, Streams: ToolStreams> {
    private let engine: Engine
    private let streams: Streams

    package init(engine: Engine, streams: Streams) {
        self.engine = engine
        self.streams = streams
    }

    /// Runs a tool; the program's name, normally `argv[0]`, is for libc's complaints about options.
    package func run<Command: ToolCommand>(_ command: Command.Type, program: String, arguments: [String]) -> ExitCode {
        let table = Command.table
        switch OptionParser.parse(table, program: program, arguments: arguments) {
        case .help(let options):
            do {
                try showHelp(HelpText.help(table), table)
                try Command.extendHelp(options, engine, streams)
            } catch { return report(error, table, CommonOptions(), nil) }
            return .success
        case .helpWithFailure:
            streams.printError(HelpText.help(table))
            return .failure
        case .shortUsage:
            do { try showHelp(HelpText.usage(table), table) } catch { return report(error, table, CommonOptions(), nil) }
            return .success
        case .version:
            do { try streams.print(ToolVersion.text + "\n") } catch { return report(error, table, CommonOptions(), nil) }
            return .success
        case .malformed(let sentence, let format):
            return complain(sentence, format, table)
        case .run(let options):
            return run(command, options)
        }
    }

    private func run<Command: ToolCommand>(_ command: Command.Type, _ options: ParsedOptions) -> ExitCode {
        let table = Command.table
        var common = CommonOptions()
        do {
            common = try CommonOptions(options, of: table)
            try Self.checkName(options.name, table.operands)
            noteExtraWords(options, common, table)
            let request = try Command.request(options, common)
            return try Command.run(request, engine, streams)
        } catch {
            return report(error, table, common, options.name)
        }
    }

    /// Help is no error output for the tools that work on no container; the others follow C LXC and print it on standard error.
    private func showHelp(_ text: String, _ table: OptionTable) throws(ToolFailure) {
        guard table.shared == .helpOnly else { return streams.printError(text) }
        try streams.print(text)
    }

    private func complain(_ sentence: String, _ format: ErrorFormat, _ table: OptionTable) -> ExitCode {
        switch format {
        case .text: streams.printError(sentence + "\n" + HelpText.usage(table))
        case .json:
            // libc begins its sentence with the program's name, which has its own member.
            let message = sentence.firstRange(of: ": ").map { String(sentence[$0.upperBound...]) } ?? sentence
            streams.printError(ErrorPrinter.text(.usage(message), tool: table.tool, container: nil, format: .json))
        }
        return .failure
    }

    private func report(_ failure: ToolFailure, _ table: OptionTable, _ common: CommonOptions, _ name: String?) -> ExitCode {
        if !common.isQuiet {
            let container = table.operands.name == .pattern ? nil : name
            streams.printError(ErrorPrinter.text(failure, tool: table.tool, container: container, format: common.errorFormat))
        }
        return failure.exit
    }

    /// C LXC ignores words it has no use for; so do we, but not in silence.
    private func noteExtraWords(_ options: ParsedOptions, _ common: CommonOptions, _ table: OptionTable) {
        guard table.operands.rest == .nothing, let first = options.words.first, !common.isQuiet, common.errorFormat == .text else { return }
        streams.printError("\(table.tool): ignoring the extra word \"\(ErrorPrinter.printable(first))\"\n")
    }

    private static func checkName(_ name: String?, _ operands: Operands) throws(ToolFailure) {
        guard operands.name == .required || operands.name == .optional else { return }
        guard let name else {
            if operands.name == .required { throw .noContainerName }
            return
        }
        // A name is one folder below the container path.
        if name.isEmpty { throw .usage("the container name is empty") }
        if name == "." || name == ".." || name.utf8.contains(UInt8(ascii: "/")) {
            throw .usage(
                "\"\(name)\" cannot be a container name", advice: "a name is a single folder name; give the folder above it with -P")
        }
    }
}
