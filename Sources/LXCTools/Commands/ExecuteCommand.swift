// SPDX-License-Identifier: Apache-2.0

/// What `lxc-execute` is asked to do.
package struct ExecuteRequest: Sendable, Equatable {
    package var target: ContainerTarget
    /// Empty means the configured command (`lxc.execute.cmd`).
    package var command: [String] = []
    package var isDaemon = false
    package var definitions: [Definition] = []
    package var user: UInt32?
    package var group: UInt32?
    package var sharedNamespaces: [NamespaceShare] = []
}

/// `lxc-execute`.
package enum ExecuteCommand: ToolCommand {
    static let daemon = Option("daemon", "d", help: "Run in the background and return at once.")
    static let rcfile = Option(
        "rcfile", "f", .required("FILE"), completes: .file, help: "Read the configuration from FILE instead of the container's own.")
    static let define = Option(
        "define", "s", .required("KEY=VAL"), help: "Set KEY to VAL after the configuration was read; may be repeated.")
    static let user = Option("uid", "u", .required("UID"), help: "Run COMMAND as this user of the container.")
    static let group = Option("gid", "g", .required("GID"), help: "Run COMMAND as this group of the container.")

    package static let table = OptionTable(
        tool: "lxc-execute",
        synopsis: ["[-n] NAME [OPTION...] [--] COMMAND [ARG...]"],
        summary: """
            Runs COMMAND under a minimal init in the container NAME, which need not exist, and ends with its status.
            """,
        groups: [
            .init(
                nil,
                [
                    daemon, rcfile, define, user, group, NamespaceShare.network, NamespaceShare.ipc, NamespaceShare.uts, NamespaceShare.pid,
                ])
        ],
        operands: Operands(name: .required, rest: .command, candidates: .stopped))

    /// For the engine: neither the command line nor the configuration names a command.
    package static let noCommand = ToolFailure.usage(
        "there is no command to run", advice: "write it after the name: lxc-execute NAME -- COMMAND\nor set lxc.execute.cmd")

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> ExecuteRequest {
        var request = ExecuteRequest(target: try target(options, common))
        request.command = options.words
        request.isDaemon = options.has(daemon)
        request.definitions = try Definition.all(options.values(define), of: define)
        request.user = try options.identity(user)
        request.group = try options.identity(group)
        request.sharedNamespaces = try NamespaceShare.all(options)
        return request
    }

    /// Does it and prints the result.
    package static func run(
        _ request: ExecuteRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.execute(request)
    }
}

extension ParsedOptions {
    /// The argument of an option as a user or group number; the largest number means "none" to the kernel and is refused.
    func identity(_ option: Option) throws(ToolFailure) -> UInt32? {
        try integer(option, in: 0...Int(UInt32.max - 1)).map { UInt32(truncatingIfNeeded: $0) }
    }
}
