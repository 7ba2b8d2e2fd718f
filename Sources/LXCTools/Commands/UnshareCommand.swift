// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
package import LinuxKernel

/// What `lxc-unshare` is asked to do.
package struct UnshareRequest: Sendable, Equatable {
    package var namespaces: NamespaceSet = []
    /// What the caller is called in a new user namespace.
    package var user: UInt32 = 0
    package var hostName: String?
    /// Devices of the host that move into the new network namespace.
    package var interfaces: [String] = []
    package var isDaemon = false
    /// Whether `/proc`, `/dev/shm` and `/dev/mqueue` are mounted anew.
    package var remounts = false
    package var command: [String] = []
}

/// `lxc-unshare`: needs nothing of a container.
package enum UnshareCommand: ToolCommand {
    static let namespaces = Option(
        "namespaces", "s", .required("FLAGS"), completes: .words({ names.map { $0.name } }),
        help: "Namespaces that are new for the command, joined by |: \(names.map { $0.name }.joined(separator: ", ")).")
    static let user = Option("user", "u", .required("UID"), default: "0", help: "With USER: what the caller is called inside.")
    static let hostname = Option("hostname", "H", .required("NAME"), help: "With UTSNAME: set the host name.")
    static let interface = Option("ifname", "i", .required("IF"), help: "With NETWORK: move this device of the host inside; repeatable.")
    static let daemon = Option("daemon", "d", help: "Do not wait for the command's end.")
    static let remount = Option("remount", "M", help: "With MOUNT: mount /proc, /dev/shm and /dev/mqueue anew.")

    package static let table = OptionTable(
        tool: "lxc-unshare",
        synopsis: ["-s FLAGS [OPTION...] [--] COMMAND [ARG...]"],
        summary: "Runs COMMAND in new namespaces, without a container.",
        groups: [.init(nil, [namespaces, user, hostname, interface, daemon, remount])],
        operands: Operands(name: .absent, rest: .command))

    private static let names: [(name: String, kind: NamespaceSet)] = [
        ("MOUNT", .mount), ("PID", .pid), ("UTSNAME", .uts), ("IPC", .ipc), ("USER", .user), ("NETWORK", .network), ("CGROUP", .cgroup),
        ("TIME", .time),
    ]

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> UnshareRequest {
        var request = UnshareRequest(command: options.words)
        if request.command.isEmpty {
            throw ToolFailure(.badOptions, "A command to execute in the new namespace is required")
        }
        guard let flags = options.value(namespaces) else {
            throw ToolFailure(.badOptions, "A namespace to execute command is required", advice: "name some: -s \"MOUNT|PID\"")
        }
        request.namespaces = try kinds(flags)
        request.user = try options.identity(user) ?? 0
        request.hostName = options.value(hostname)
        request.interfaces = options.values(interface)
        request.isDaemon = options.has(daemon)
        request.remounts = options.has(remount)
        try demand(.network, for: interface, !request.interfaces.isEmpty, "-i <interfacename> needs -s NETWORK option", request)
        try demand(.uts, for: hostname, request.hostName != nil, "-H <hostname> needs -s UTSNAME option", request)
        try demand(.mount, for: remount, request.remounts, "-M needs -s MOUNT option", request)
        return request
    }

    private static func demand(
        _ kind: NamespaceSet, for option: Option, _ isGiven: Bool, _ sentence: String, _ request: UnshareRequest
    ) throws(ToolFailure) {
        if isGiven && !request.namespaces.contains(kind) { throw ToolFailure(.badOptions, sentence) }
    }

    private static func kinds(_ text: String) throws(ToolFailure) -> NamespaceSet {
        var kinds: NamespaceSet = []
        for word in text.split(whereSeparator: { $0 == "|" || $0 == "," || $0 == " " }) {
            guard let known = names.first(where: { $0.name == word }) else {
                throw ToolFailure(
                    .badOptions, "\(namespaces.displayName): there is no namespace \"\(word)\"",
                    advice: "there are \(names.map { $0.name }.joined(separator: ", "))")
            }
            kinds.formUnion(known.kind)
        }
        if kinds.isEmpty { throw ToolFailure(.badOptions, "A namespace to execute command is required") }
        return kinds
    }

    /// Does it and returns the command's status.
    package static func run(
        _ request: UnshareRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try UnsharedCommand(request: request).run()
    }
}
