// SPDX-License-Identifier: Apache-2.0
import LXCConfig

/// What `lxc-start-ephemeral` is asked to do.
package struct EphemeralRequest: Sendable, Equatable {
    package var copy: CopyRequest
    /// Whether it stays in the background.
    package var isDaemon = false
    /// Runs in the copy; empty means its console.
    package var command: [String] = []
    package var user: String?
}

/// `lxc-start-ephemeral` of LXC 1.0 to 2.1, for the scripts that call it; today `lxc-copy -e` does the same.
package enum StartEphemeralCommand: ToolCommand {
    static let original = Option("orig", "o", .required("ORIG"), completes: .container(.stopped), help: "Name of the original.")
    static let name = Option("name", "n", .required("NAME"), default: "ORIG-XXXXXX", help: "Name of the copy.")
    static let folder = Option(
        "bdir", "b", .required("DIR"), completes: .directory, help: "Mount DIR of the host at the same place in the copy; may be repeated.")
    static let user = Option("user", "u", .required("USER"), default: "root", help: "Run COMMAND as USER.")
    static let key = Option(
        "key", "S", .required("FILE"), completes: .file, help: "Without an effect: commands are run without ssh.")
    static let daemon = Option("daemon", "d", help: "Leave it in the background.")
    static let storage = Option(
        "storage-type", "s", .required("TYPE"), default: "tmpfs; dir with -k", completes: .words({ ["tmpfs", "dir"] }),
        help: "Keep the changes in memory (tmpfs) or on the disk (dir).")
    static let union = Option(
        "union-type", "U", .required("TYPE"), default: "overlayfs", completes: .words({ ["overlayfs", "aufs"] }),
        help: "overlayfs, or aufs, in whose place overlayfs is used.")
    static let keepData = Option("keep-data", "k", help: "Keep the copy when it stops.")
    static let path = Option(
        "lxcpath", "P", .required("PATH"), completes: .directory, help: "Look for containers in PATH instead of the configured folder.")

    package static let table = OptionTable(
        tool: "lxc-start-ephemeral",
        synopsis: ["-o ORIG [OPTION...] [--] [COMMAND [ARG...]]"],
        summary: "Starts a copy of a container that is gone when it stops. It is kept for older scripts: see lxc-copy -e.",
        groups: [.init(nil, [original, name, folder, user, key, daemon, storage, union, keepData, path])],
        operands: Operands(name: .absent, rest: .command), shared: .helpOnly)

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> EphemeralRequest {
        guard let original = options.value(original) else {
            throw .usage("there is no original", advice: "name it with -o ORIG")
        }
        var shared = common
        if let path = options.value(path) { shared.paths = [path] }
        var copy = CopyRequest(target: ContainerTarget(name: original, options: shared))
        copy.tool = "lxc-start-ephemeral"
        copy.task = .ephemeral
        copy.newName = options.value(name)
        copy.separator = "-"
        copy.keepsData = options.has(keepData)
        for path in options.values(folder) { copy.mounts.append(try EphemeralMount.folder(path, of: folder)) }
        switch options.value(storage) ?? (copy.keepsData ? "dir" : "tmpfs") {
        case "dir": break
        case "tmpfs":
            if copy.keepsData { throw .usage("-k and -s tmpfs exclude each other: memory is not kept") }
            copy.usesMemory = true
        case let type: throw .usage("-s/--storage-type: \"\(type)\" is neither tmpfs nor dir")
        }
        if let type = options.value(union), !["overlayfs", "overlay", "aufs"].contains(type) {
            throw .usage("-U/--union-type: \"\(type)\" is neither overlayfs nor aufs")
        }
        return EphemeralRequest(copy: copy, isDaemon: options.has(daemon), command: options.words, user: options.value(user))
    }

    /// Does it and prints the result.
    package static func run(
        _ request: EphemeralRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        if !request.isDaemon && !request.command.isEmpty { try engine.prepareToAttach() }
        var name = ""
        _ = try engine.startEphemeral(request.copy) { (created) throws(ToolFailure) in name = created }
        let target = ContainerTarget(name: name, options: request.copy.target.options)
        if request.isDaemon {
            try streams.print(try description(target, request, engine))
            return .success
        }
        // Whatever happens to the visitor, the copy goes.
        let visit: Result<ExitCode, ToolFailure>
        do throws(ToolFailure) { visit = .success(try self.visit(target, request, engine)) } catch { visit = .failure(error) }
        var stop = StopRequest(target: target)
        stop.timeout = 5
        do { try engine.stop(stop) } catch {
            // What went wrong first is told first.
            if case .success = visit, error.code != .notRunning { throw error }
        }
        return try visit.get()
    }

    private static func visit(
        _ target: ContainerTarget, _ request: EphemeralRequest, _ engine: some ContainerEngine
    ) throws(ToolFailure) -> ExitCode {
        guard !request.command.isEmpty else {
            try engine.openConsole(ConsoleRequest(target: target))
            return .success
        }
        var attach = AttachRequest(target: target)
        attach.command = request.command
        if let user = request.user, user != "root" {
            // The words stay what they are: su hands them on as arguments of a shell that executes them.
            attach.command = ["su", user, "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", "--"] + request.command
        }
        return try engine.attach(attach)
    }

    private static func description(
        _ target: ContainerTarget, _ request: EphemeralRequest, _ engine: some ContainerEngine
    ) throws(ToolFailure) -> String {
        let path = target.options.paths.last.map { " -P \($0)" } ?? ""
        var text = "The ephemeral container is now started.\n\nYou can enter it from the command line with:\n"
        text += "    lxc-console\(path) -n \(target.name)\n\nThe following IP addresses have been found in the container:\n"
        let info = InfoRequest(target: target, parts: .addresses, showsAll: false)
        let addresses = try engine.information(info).addresses
        for address in addresses { text += " - \(address)\n" }
        return addresses.isEmpty ? text + " - No address could be found\n" : text
    }
}
