// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// What `lxc-start` is asked to do.
package struct StartRequest: Sendable, Equatable {
    package var target: ContainerTarget
    /// Runs in place of init; empty means the configured init.
    package var command: [String] = []
    package var isForeground = false
    package var pidFile: String?
    /// Device or file for the container's console.
    package var console: String?
    /// File that records the console.
    package var consoleLog: String?
    /// Closes the descriptors that the tool inherited.
    package var closesDescriptors = true
    package var definitions: [Definition] = []
    package var sharedNamespaces: [NamespaceShare] = []
}

/// `lxc-start`.
package enum StartCommand: ToolCommand {
    static let daemon = Option("daemon", "d", help: "Run the container in the background; this is what happens anyway.")
    static let foreground = Option(
        "foreground", "F", help: "Keep the container on this terminal, which becomes its /dev/console, until it ends.")
    static let pidFile = Option(
        "pidfile", "p", .required("FILE"), completes: .file, help: "Write the process number of the container's supervisor to FILE.")
    static let rcfile = Option(
        "rcfile", "f", .required("FILE"), completes: .file, help: "Read the configuration from FILE instead of the container's own.")
    static let console = Option(
        "console", "c", .required("FILE"), completes: .file, help: "Use the device or file FILE as the container's console.")
    static let consoleLog = Option(
        "console-log", "L", .required("FILE"), completes: .file, help: "Record what the container prints on its console in FILE.")
    static let closeAll = Option(
        "close-all-fds", "C", help: "Close the descriptors that were inherited; always so in the background.")
    static let define = Option(
        "define", "s", .required("KEY=VAL"), help: "Set KEY to VAL after the configuration was read; may be repeated.")

    package static let table = OptionTable(
        tool: "lxc-start",
        synopsis: ["[-n] NAME [OPTION...] [-- COMMAND [ARG...]]"],
        summary: "Starts a container, in the background unless told otherwise. COMMAND takes the place of its init.",
        groups: [
            .init(
                nil,
                [
                    daemon, foreground, pidFile, rcfile, console, consoleLog, closeAll, define, NamespaceShare.network, NamespaceShare.ipc,
                    NamespaceShare.uts, NamespaceShare.pid,
                ])
        ],
        operands: Operands(name: .required, rest: .command, candidates: .stopped))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> StartRequest {
        var request = StartRequest(target: try target(options, common))
        request.command = options.words
        request.isForeground = options.last(of: [daemon, foreground])?.isSame(as: foreground) ?? false
        request.pidFile = options.value(pidFile)
        request.console = options.value(console)
        request.consoleLog = options.value(consoleLog)
        request.closesDescriptors = !request.isForeground || options.has(closeAll)
        request.definitions = try Definition.all(options.values(define), of: define)
        request.sharedNamespaces = try NamespaceShare.all(options)
        return request
    }

    /// Does it and prints the result.
    package static func run(
        _ request: StartRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.start(request)
    }
}

/// `-s KEY=VAL`: a setting given on the command line.
package struct Definition: Sendable, Equatable {
    package let key: String
    package let value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    static func all(_ texts: [String], of option: Option) throws(ToolFailure) -> [Definition] {
        var definitions: [Definition] = []
        for text in texts {
            guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
                throw .usage("\(option.displayName): \"\(text)\" is not of the form KEY=VAL")
            }
            definitions.append(Definition(key: trimmed(text[..<sign]), value: trimmed(text[text.index(after: sign)...])))
        }
        return definitions
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}

/// `--share-net`, `--share-ipc`, `--share-uts`, `--share-pid`.
package struct NamespaceShare: Sendable, Equatable {
    package let kind: NamespaceSet
    /// A container's name or a process number, as written.
    package let source: String

    package init(kind: NamespaceSet, source: String) {
        self.kind = kind
        self.source = source
    }

    static let network = Option(
        "share-net", nil, .required("NAME|PID"), completes: .container(.active),
        help: "Share the network namespace of another container or of a process.")
    static let ipc = Option(
        "share-ipc", nil, .required("NAME|PID"), completes: .container(.active),
        help: "Share the IPC namespace of another container or of a process.")
    static let uts = Option(
        "share-uts", nil, .required("NAME|PID"), completes: .container(.active),
        help: "Share the host name of another container or of a process.")
    static let pid = Option(
        "share-pid", nil, .required("NAME|PID"), completes: .container(.active),
        help: "Share the process namespace of another container or of a process.")

    static func all(_ options: ParsedOptions) throws(ToolFailure) -> [NamespaceShare] {
        var shares: [NamespaceShare] = []
        for (kind, option) in [(NamespaceSet.network, network), (.ipc, ipc), (.uts, uts), (.pid, pid)] where options.has(option) {
            guard let source = options.value(option), !source.isEmpty else { throw .usage("\(option.displayName): the name is empty") }
            shares.append(NamespaceShare(kind: kind, source: source))
        }
        return shares
    }
}
