// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Session, standard streams and working directory of init, before the last word of the supervisor.
struct SessionStep: InitStep {
    let name = "preparing the session"

    func perform(_ context: InitContext) throws(OperationFailure) {
        try attempting("cannot set up the standard streams") { () throws(KernelError) in try connectStreams(context) }
        do { try ProcessControl.newSession() } catch {
            if error.errno != .notPermitted { throw OperationFailure("cannot start a session", error) }
        }
        try changeDirectory(context)
    }

    private func connectStreams(_ context: InitContext) throws(KernelError) {
        let hasOwnConsole = context.console != nil && context.config.console.ptyMax > 1
        if let terminal = context.console?.terminal.number, hasOwnConsole || context.plan.isForeground {
            let streams: [StandardStream] = [.input, .output, .error]
            for stream in streams {
                // lxc-execute: pipes and files that the caller gave reach the program untouched.
                if context.plan.isForeground, case .underInit = context.plan.payload, !stream.isTerminal { continue }
                try ProcessControl.replaceStandard(stream, with: terminal)
            }
        } else if !context.plan.isForeground || context.config.console.consolePath == "none" {
            let null = try nullDevice(context)
            for stream in [StandardStream.input, .output, .error] { try ProcessControl.replaceStandard(stream, with: null.number) }
        }
    }

    /// The container's own null device if it really is one, else the one inherited from the host.
    private func nullDevice(_ context: InitContext) throws(KernelError) -> OwnedDescriptor {
        if let found = try? context.rootfs.open("dev/null", [.readWrite, .noControllingTerminal]),  // absent or fake: use the other
            let status = try? FileStatus(of: found), status.kind == .characterDevice,
            status.deviceNumber == DeviceNumber(major: 1, minor: 3).rawValue
        {
            return found
        }
        return try context.hostNull.owned.duplicate()
    }

    private func changeDirectory(_ context: InitContext) throws(OperationFailure) {
        guard let directory = context.config.process.initWorkingDirectory else { return }
        let what = "cannot change to the working directory \(directory)"
        let origin = context.origin("lxc.init.cwd")
        try attempting(what, key: "lxc.init.cwd", origin: origin) { () throws(KernelError) in
            if try context.rootfs.status(directory, links: .followedInside) == nil { try context.rootfs.makeDirectories(directory) }
            let place = try context.rootfs.open(directory, [.path, .directory], links: .followedInside)
            try ProcessControl.changeDirectory(to: place, label: directory)
        }
        // CVE-2024-21626: a directory outside the root shows as unreachable.
        let now = try attempting(what, key: "lxc.init.cwd", origin: origin) { () throws(KernelError) in
            try ProcessControl.workingDirectory()
        }
        guard now.hasPrefix("/") else {
            throw OperationFailure(what, reason: "it lies outside the container", key: "lxc.init.cwd", origin: origin)
        }
    }
}

/// The last step: who the program is, what it sees, and its execution.
struct ExecStep: InitStep {
    let name = "executing init"

    func perform(_ context: InitContext) throws(OperationFailure) {
        try becomeUser(context)
        try attempting("cannot set the death signal of init") { () throws(KernelError) in
            let signal = context.config.process.parentDeathSignal ?? Signals.kill
            // Ids were changed, which clears it.
            try ProcessControl.setParentDeathSignal(signal)
            try ProcessControl.unblockAllSignals()
            try Execution.closeOnExec(from: 3)
            for number in context.keptDescriptors { try Execution.keep(number) }
        }
        try execute(context)
    }

    /// Gives the terminal, if it is the container's own, to the user that init runs as.
    static func handOverStreams(_ context: InitContext) throws(OperationFailure) {
        try attempting("cannot give the terminal to init", key: "lxc.init.uid", hint: unmapped(context), for: [.invalidArgument]) {
            () throws(KernelError) in try giveTerminal(context)
        }
    }

    private static func giveTerminal(_ context: InitContext) throws(KernelError) {
        guard let console = context.console, context.config.console.ptyMax > 1 || context.plan.isForeground else { return }
        let identity = try FileStatus(of: console.terminal.owned)
        for stream in [StandardStream.input, .output, .error] {
            guard try TerminalFile.status(stream.rawValue).deviceNumber == identity.deviceNumber else { continue }
            try TerminalFile.setMode(stream.rawValue, 0o700)
            try TerminalFile.setOwner(stream.rawValue, user: context.config.process.initUser ?? 0, group: identity.group)
        }
    }

    private static func unmapped(_ context: InitContext) -> String? {
        context.isMapped ? "the container has only the ids that lxc.idmap gives it" : nil
    }

    private func becomeUser(_ context: InitContext) throws(OperationFailure) {
        let process = context.config.process
        let advice = Self.unmapped(context)
        // Never the caller's groups: they would reach files of the host's users.
        if !context.isMapped || context.namespaces.flags.contains(.user) {
            try attempting("cannot run init in its groups", key: "lxc.init.groups", hint: advice, for: [.invalidArgument]) {
                () throws(KernelError) in try Credentials.setSupplementaryGroups(process.initGroups)
            }
        }
        let group = process.initGroup ?? 0
        let user = process.initUser ?? 0
        if user != 0 || group != 0 || context.isMapped {
            try attempting("cannot run init as group \(group)", key: "lxc.init.gid", hint: advice, for: [.invalidArgument]) {
                () throws(KernelError) in try Credentials.setGroup(group)
            }
            try attempting("cannot run init as user \(user)", key: "lxc.init.uid", hint: advice, for: [.invalidArgument]) {
                () throws(KernelError) in try Credentials.setUser(user)
            }
        }
        try attempting("cannot become the init user") { () throws(KernelError) in
            try CapabilitySets.clearAmbient()
            // Changing ids makes the process readable where fs.suid_dumpable is 1, and it still holds the host's files.
            try ProcessControl.setDumpable(false)
        }
    }

    private func execute(_ context: InitContext) throws(OperationFailure) {
        let arguments = context.plan.payload.arguments
        let environment = InitEnvironment.lines(context)
        switch context.plan.payload {
        case .underInit:
            guard let program = context.initProgram else {
                throw OperationFailure("cannot run lxc-init", reason: "it is not installed", hint: "install the package completely")
            }
            try attempting("cannot run lxc-init") { () throws(KernelError) in
                try Execution.replace(
                    descriptor: program.number, label: "lxc-init", arguments: ["init", "--"] + arguments, environment: environment)
            }
        case .program:
            guard let path = arguments.first else {
                throw OperationFailure("cannot execute init", reason: "no program is named", key: "lxc.init.cmd")
            }
            // As C LXC, execvp(3).
            if !path.utf8.contains(0x2F) { return try search(arguments, environment) }
            do throws(KernelError) { try Execution.replace(path: path, arguments: arguments, environment: environment) } catch {
                // The command line may have named another; what was split then can be split now.
                let configured = context.config.process.initCommand.flatMap { try? CommandWords.split($0) }
                throw OperationFailure(
                    "cannot execute \(path) in the container", error, key: configured == arguments ? "lxc.init.cmd" : nil,
                    hint: ExecHint.text(path, error.errno, context))
            }
        }
    }

    private func search(_ arguments: [String], _ environment: [String]) throws(OperationFailure) {
        do throws(AttachFailure) { try ProgramSearch.execute(arguments, environment: environment) } catch { throw error.failure }
    }
}

/// What to do when init cannot be executed.
enum ExecHint {
    static func text(_ path: String, _ reason: Errno, _ context: InitContext) -> String? {
        let found: FileStatus?
        do throws(KernelError) { found = try FileStatus.ifPresent(path) } catch { return nil }  // the reason says it all
        guard let status = found else {
            return "the root filesystem \(context.config.rootfs.plainPath ?? "/") has no \(path): "
                + "set lxc.init.cmd, or give a command after --"
        }
        if status.kind == .directory { return "\(path) is a directory: name a program in it" }
        if status.permissions & 0o111 == 0 { return "make \(path) executable" }
        if reason == .permissionDenied { return "see whether its filesystem is mounted with noexec (lxc.rootfs.options, lxc.mount.entry)" }
        if let foreign = context.foreignProgram { return foreign }
        return "\(path) is there: its interpreter or architecture is missing in the container (see file(1))"
    }
}

/// Environment of init: nothing of the caller's.
enum InitEnvironment {
    static func lines(_ context: InitContext) -> [String] {
        let process = context.config.process
        var lines = (process.environment + process.environmentRuntime).map { $0.assignment }
        lines.append("container=lxc")
        if !context.ttyNames.isEmpty { lines.append("container_ttys=" + context.ttyNames.joined(separator: " ")) }
        return lines
    }
}
