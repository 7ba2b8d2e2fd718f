// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What `lxc-checkconfig` is asked to do.
package struct CheckConfigRequest: Sendable, Equatable {
    /// The kernel configuration to look at first.
    package var file: String
    /// Whether the user named ``file``, so that it is not the running kernel's.
    package var isUsersChoice: Bool
    /// The kernel module that shows the running kernel's configuration.
    package var module: String
    package var format: OutputFormat
    /// Registers interpreters of foreign programs instead.
    package var registersInterpreters = false
    /// The user whose containers are meant, instead of the kernel.
    package var user: String?
    /// Whether what that user lacks is added.
    package var prepares = false
    /// The bridge of that user's containers.
    package var bridge = "lxcbr0"
}

/// `lxc-checkconfig`; needs nothing of a container.
package enum CheckConfigCommand: ToolCommand {
    static let register = Option(
        "register", nil, isExtension: true,
        help: "Register the installed interpreters (QEMU) of programs for other architectures, where systemd does not.")

    static let user = Option(
        "user", nil, .required("NAME"), isExtension: true,
        help: "Say what the user NAME needs to have containers without being root, and whether it is there.")
    static let prepare = Option(
        "prepare", nil, isExtension: true, help: "With --user: add what is missing; otherwise it is only shown what would be done.")
    static let bridge = Option(
        "bridge", nil, .required("BRIDGE"), default: "lxcbr0", isExtension: true, help: "With --user: the bridge of the user's containers.")

    package static let table = OptionTable(
        tool: "lxc-checkconfig",
        synopsis: ["[--format FORMAT]", "--register", "--user NAME [--bridge BRIDGE] [--prepare]"],
        summary: "Checks whether the kernel has what containers need.",
        groups: [.init(nil, [SharedOption.format, register, user, prepare, bridge])],
        operands: Operands(name: .absent),
        shared: .helpOnly,
        notes: [
            "CONFIG=FILE in the environment names the configuration of another kernel; it may be packed with gzip.",
            "MODNAME=NAME names the module that provides /proc/config.gz (default: configs).",
        ])

    private static let runningKernel = "/proc/config.gz"

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> CheckConfigRequest {
        let file = ProcessEnvironment.value("CONFIG").flatMap { $0.isEmpty ? nil : $0 }
        if options.value(user) == nil && (options.has(prepare) || options.value(bridge) != nil) {
            throw .usage("\(prepare.displayName) and \(bridge.displayName) need \(user.displayName)")
        }
        var request = CheckConfigRequest(
            file: file ?? runningKernel, isUsersChoice: file != nil, module: ProcessEnvironment.value("MODNAME") ?? "configs",
            format: try options.outputFormat(), registersInterpreters: options.has(register))
        request.user = options.value(user)
        request.prepares = options.has(prepare)
        if let name = options.value(bridge) { request.bridge = name }
        return request
    }

    /// Does it and prints the result.
    package static func run(
        _ request: CheckConfigRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        let isTable = request.format == .table
        if let user = request.user { return try UserCheck(name: user, request: request).run(streams) }
        if request.registersInterpreters { return try registerInterpreters(isTable, streams) }
        if isTable { try streams.print("LXC version \(ToolVersion.text)\n") }
        let (path, kernel) = try find(request, isTable ? streams : nil)
        let survey = SystemSurvey.gather(searchPath: ProcessEnvironment.value("PATH") ?? "/usr/bin:/bin")
        let report = CheckReport(kernel, survey)
        guard isTable else {
            let members: [JSONValue.Member] = [.init("kernel_configuration", .string(path)), .init("sections", report.json)]
            try streams.print(JSONValue.document(members).text + "\n")
            return .success
        }
        let warning = kernel.version == nil ? "WARNING: Unable to detect version from configuration, assuming latest\n\n" : ""
        try streams.print(warning + "\n" + report.text(isColored: streams.isTerminal(.output)) + closingNote)
        return .success
    }

    private static func registerInterpreters(_ isTable: Bool, _ streams: some ToolStreams) throws(ToolFailure) -> ExitCode {
        let names = try InterpreterRegistration().perform()
        if isTable {
            try streams.print(names.isEmpty ? "All interpreters are registered.\n" : "Registered: \(names.joined(separator: " "))\n")
        } else {
            try streams.print(JSONValue.document([.init("registered", .array(names.map { .string($0) }))]).text + "\n")
        }
        return .success
    }

    private static let closingNote = """
        Note : Before booting a new kernel, you can check its configuration
        usage : CONFIG=/path/to/config lxc-checkconfig


        """

    /// The first configuration that exists.
    private static func find(
        _ request: CheckConfigRequest, _ streams: (some ToolStreams)?
    ) throws(ToolFailure) -> (path: String, kernel: KernelConfiguration) {
        if let kernel = try KernelConfiguration.read(request.file) { return (request.file, kernel) }
        if !request.isUsersChoice {
            loadModule(request.module)
            if let kernel = try KernelConfiguration.read(request.file) { return (request.file, kernel) }
        }
        try streams?.print("Kernel configuration not found at \(ErrorPrinter.printable(request.file)); searching...\n")
        let release = try release()
        for path in ["/boot/config-\(release)", "/lib/modules/\(release)/build/.config"] {
            guard let kernel = try KernelConfiguration.read(path) else { continue }
            try streams?.print("Kernel configuration found at \(path)\n")
            return (path, kernel)
        }
        throw ToolFailure(
            .notAvailable, "unable to retrieve kernel configuration",
            advice: "build the kernel with IKCONFIG_PROC, install its headers,\nor name a file: CONFIG=/path/to/config lxc-checkconfig")
    }

    private static func release() throws(ToolFailure) -> String {
        do { return String(try WholeFile.text("/proc/sys/kernel/osrelease").prefix { $0 != "\n" }) } catch {
            throw ToolFailure("cannot learn the running kernel's release", error)
        }
    }

    /// Asks for the module; whether that worked shows in the file being there.
    private static func loadModule(_ name: String) {
        guard !name.isEmpty, !name.hasPrefix("-") else { return }
        let launch = ProgramLaunch(
            .path("/sbin/modprobe"), arguments: ["modprobe", "-q", "--", name], environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
        do {
            let child = try launch.start()
            _ = try child.handle?.collect()
        } catch {
            return
        }
    }
}
