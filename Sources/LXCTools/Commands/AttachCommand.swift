// SPDX-License-Identifier: Apache-2.0
import LXCConfig
package import LinuxKernel

/// What `lxc-attach` is asked to do.
package struct AttachRequest: Sendable, Equatable {
    /// Confinement that an attached program may be spared.
    package struct Privileges: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let cgroup = Privileges(rawValue: 1)
        package static let capabilities = Privileges(rawValue: 2)
        package static let securityModule = Privileges(rawValue: 4)
        package static let all: Privileges = [.cgroup, .capabilities, .securityModule]
    }

    package var target: ContainerTarget
    /// Empty means the user's shell in the container.
    package var command: [String] = []
    package var elevated: Privileges = []
    /// The namespaces to enter; `nil` means all of the container's.
    package var namespaces: NamespaceSet?
    /// Name of the architecture that the program sees, a known one.
    package var architecture: String?
    package var remountsSysProc = false
    /// `true` for `--clear-env`, `false` for `--keep-env`, `nil` for what the system configuration says.
    package var clearsEnvironment: Bool?
    package var keptVariables: [String] = []
    /// `NAME=VALUE` each.
    package var setVariables: [String] = []
    package var terminalLog: String?
    package var user: UInt32?
    package var group: UInt32?
    /// Label of the security module.
    package var context: String?
}

/// `lxc-attach`.
package enum AttachCommand: ToolCommand {
    static let elevated = Option(
        "elevated-privileges", "e", .optional("PRIVILEGES"), completes: .words({ ["CGROUP", "CAP", "LSM"] }),
        help: """
            Spare the program the container's limits: CGROUP, CAP (capabilities), LSM (AppArmor or SELinux), or several joined with |; \
            all three when none is named. The program may carry these rights into the container.
            """)
    static let architecture = Option(
        "arch", "a", .required("ARCH"), completes: .words({ KernelArchitecture.names64 + KernelArchitecture.names32 }),
        help: "Show the program this architecture instead of the container's.")
    static let namespaces = Option(
        "namespaces", "s", .required("FLAGS"), completes: .words({ NamespaceWords.all.map { $0.word } }),
        help: """
            Enter only these namespaces: MOUNT, PID, UTSNAME, IPC, USER, NETWORK, CGROUP, TIME, joined with |. \
            The program is then spared all limits, as with -e.
            """)
    static let remount = Option(
        "remount-sys-proc", "R", help: "With -s and without the mount namespace: mount fresh /proc and /sys that fit the others.")
    static let clear = Option(
        "clear-env", nil, help: "Start with an empty environment: container=lxc, the configured variables and a PATH.")
    static let keep = Option("keep-env", nil, help: "Pass the caller's environment on; this is what happens anyway.")
    static let terminalLog = Option(
        "pty-log", "L", .required("FILE"), completes: .file, help: "Record what appears on the program's terminal in FILE.")
    static let setVariable = Option(
        "set-var", "v", .required("NAME=VALUE"), help: "Set an environment variable for the program; may be repeated.")
    static let keepVariable = Option(
        "keep-var", nil, .required("NAME"), help: "With --clear-env: keep this variable of the caller; may be repeated.")
    static let rcfile = Option(
        "rcfile", "f", .required("FILE"), completes: .file, help: "Read the configuration from FILE instead of the container's own.")
    static let user = Option("uid", "u", .required("UID"), help: "Run the program as this user of the container.")
    static let group = Option("gid", "g", .required("GID"), help: "Run the program as this group of the container.")
    static let context = Option(
        "context", "c", .required("LABEL"), help: "Run the program under this label of the security module.")

    package static let table = OptionTable(
        tool: "lxc-attach",
        synopsis: ["[-n] NAME [OPTION...] [-- COMMAND [ARG...]]"],
        summary: "Runs COMMAND, or the user's shell, inside a running container and ends with its status.",
        groups: [
            .init(
                nil,
                [
                    elevated, architecture, namespaces, remount, clear, keep, terminalLog, setVariable, keepVariable, rcfile, user, group,
                    context,
                ])
        ],
        operands: Operands(name: .required, rest: .command, candidates: .active))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> AttachRequest {
        var request = AttachRequest(target: try target(options, common))
        request.command = options.words
        if options.has(elevated) { request.elevated = try privileges(options.value(elevated)) }
        if let flags = options.value(namespaces) {
            request.namespaces = try NamespaceWords.set(flags, of: namespaces)
            // A program that is half outside is not held by the container's rules anyway.
            request.elevated = .all
        }
        request.architecture = try knownArchitecture(options.value(architecture))
        request.remountsSysProc = options.has(remount)
        request.clearsEnvironment = options.last(of: [clear, keep]).map { $0.isSame(as: clear) }
        request.keptVariables = options.values(keepVariable)
        request.setVariables = options.values(setVariable)
        for text in request.setVariables where !text.dropFirst().contains("=") || text.hasPrefix("=") {
            throw .usage("\(setVariable.displayName): \"\(text)\" is not of the form NAME=VALUE")
        }
        request.terminalLog = options.value(terminalLog)
        request.user = try options.identity(user)
        request.group = try options.identity(group)
        request.context = options.value(context)
        return request
    }

    /// Does it and prints the result.
    package static func run(
        _ request: AttachRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.attach(request)
    }

    private static func privileges(_ text: String?) throws(ToolFailure) -> AttachRequest.Privileges {
        guard let text else { return .all }
        var set: AttachRequest.Privileges = []
        for word in text.split(separator: "|", omittingEmptySubsequences: false) {
            switch word {
            case "CGROUP": set.insert(.cgroup)
            case "CAP": set.insert(.capabilities)
            case "LSM": set.insert(.securityModule)
            default: throw .usage("\(elevated.displayName): \"\(word)\" is not one of CGROUP, CAP, LSM")
            }
        }
        return set
    }

    private static func knownArchitecture(_ name: String?) throws(ToolFailure) -> String? {
        guard let name else { return nil }
        guard KernelArchitecture(name: name) != nil else {
            throw .usage("\(architecture.displayName): the architecture \"\(name)\" is not known")
        }
        return name
    }
}

/// The words for namespaces on command lines.
package enum NamespaceWords {
    static let all: [(word: String, kind: NamespaceSet)] = [
        ("MOUNT", .mount), ("PID", .pid), ("UTSNAME", .uts), ("IPC", .ipc), ("USER", .user), ("NETWORK", .network), ("CGROUP", .cgroup),
        ("TIME", .time),
    ]

    /// Reads words joined with `|`; the names of `/proc/PID/ns` and lower case are accepted too.
    ///
    /// - Throws: ``ToolFailure`` that names the first unknown word.
    package static func set(_ text: String, of option: Option) throws(ToolFailure) -> NamespaceSet {
        var set: NamespaceSet = []
        for word in text.split(separator: "|", omittingEmptySubsequences: false) {
            let upper = word.uppercased()
            if let match = all.first(where: { $0.word == upper }) {
                set.insert(match.kind)
            } else if let match = NamespaceSet.all.first(where: { $0.file == word.lowercased() }) {
                set.insert(match.kind)
            } else {
                throw .usage(
                    "\(option.displayName): \"\(word)\" is not a namespace",
                    advice: "use \(all.map { $0.word }.joined(separator: ", ")), joined with |")
            }
        }
        return set
    }
}
