// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The devpts instance, `/dev/ptmx`, `/dev/console` and the ttys.
struct ConsoleStep: InitStep {
    let name = "setting up the terminals"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard context.hasRootfs else { return }
        try mountDevpts(context)
        try bindConsole(context)
        try bindTerminals(context)
    }

    private func mountDevpts(_ context: InitContext) throws(OperationFailure) {
        let settings = context.config.console
        let limit = settings.ptyMax + settings.ttyMax
        guard limit > 0 else { return }
        let performer = MountPerformer(context: context)
        do { try context.rootfs.makeDirectories("dev/pts") } catch {
            throw performer.failure("cannot make the directory /dev/pts", error, "dev/pts")
        }
        let mount = try newInstance(limit, context)
        try performer.attach(mount, on: "dev/pts", what: "cannot mount devpts on /dev/pts")
        context.devpts = try attempting("cannot use the container's devpts") { () throws(KernelError) in try mount.directory() }
        if settings.ptyMax > 0 { try bindMultiplexer(context) }
    }

    private func newInstance(_ limit: Int, _ context: InitContext) throws(OperationFailure) -> DetachedMount {
        var options = ["newinstance", "ptmxmode=0666", "mode=0620", "max=\(limit)"]
        let ttyGroup: UInt32 = 5
        let hasTtyGroup = !context.isMapped || context.namespaces.groups.contains { $0.outsideID(of: ttyGroup) != nil }
        if hasTtyGroup { options.append("gid=\(ttyGroup)") }
        return try attempting(
            "cannot make a devpts instance for \(limit) terminals", key: "lxc.pty.max", origin: context.origin("lxc.pty.max")
        ) { () throws(KernelError) in
            try DetachedMount(newInstanceOf: "devpts", source: "devpts", options: options, attributes: [.noSetID, .noExecute])
        }
    }

    private func bindMultiplexer(_ context: InitContext) throws(OperationFailure) {
        try bind("ptmx", what: "cannot set up /dev/ptmx", replacing: true, context) { () throws(KernelError) in
            guard let devpts = context.devpts else { throw KernelError(call: "open", errno: .noSuchFileOrDirectory, subject: "devpts") }
            return try DetachedMount(copying: devpts.open("ptmx", [.path, .noFollow]), recursive: false, label: "pts/ptmx")
        }
    }

    private func bindConsole(_ context: InitContext) throws(OperationFailure) {
        let settings = context.config.console
        guard settings.consolePath != "none" else { return }
        if context.console == nil, settings.ptyMax > 1 {
            context.console = try allocate("console", context)
        }
        guard let console = context.console else { return }
        let terminal = console.terminal.number
        let index = console.index
        try prepare(terminal, context)
        let what = "cannot set up /dev/console"
        if let directory = settings.ttyDirectory {
            try makeTerminalDirectory(directory, context)
            try bind("\(directory)/console", what: what, replacing: false, context) { () throws(KernelError) in
                try self.mount(of: terminal, index: index, context)
            }
        }
        try bind("console", what: what, replacing: false, context) { () throws(KernelError) in
            try self.mount(of: terminal, index: index, context)
        }
    }

    private func bindTerminals(_ context: InitContext) throws(OperationFailure) {
        let settings = context.config.console
        guard settings.ttyMax > 0 else { return }
        for number in 1...settings.ttyMax {
            let pair = try allocate("tty\(number)", context)
            try prepare(pair.terminal.number, context)
            context.ttyNames.append("pts/\(pair.index)")
            context.ttys.append(pair.controller)
            // lxc-execute allocates the terminals but leaves the program's /dev alone.
            if case .underInit = context.plan.payload { continue }
            try bindTerminal(pair, number, settings.ttyDirectory, context)
        }
    }

    private func bindTerminal(
        _ pair: PseudoTerminal, _ number: Int, _ directory: String?, _ context: InitContext
    ) throws(OperationFailure) {
        let what = "cannot set up /dev/tty\(number)"
        let terminal = pair.terminal.number
        let index = pair.index
        let path = directory.map { "\($0)/tty\(number)" } ?? "tty\(number)"
        if let directory { try makeTerminalDirectory(directory, context) }
        try bind(path, what: what, replacing: false, context) { () throws(KernelError) in
            try self.mount(of: terminal, index: index, context)
        }
        guard let directory, let devices = context.devices else { return }
        try attempting(what) { () throws(KernelError) in
            let name = "tty\(number)"
            if try devices.status(name) != nil { try devices.remove(name) }
            try devices.makeSymbolicLink(name, to: "\(directory)/\(name)")
        }
    }

    private func makeTerminalDirectory(_ directory: String, _ context: InitContext) throws(OperationFailure) {
        guard let devices = context.devices else { return }
        try attempting("cannot make /dev/\(directory)", key: "lxc.tty.dir", origin: context.origin("lxc.tty.dir")) {
            () throws(KernelError) in try devices.makeDirectories(directory)
        }
    }

    private func allocate(_ name: String, _ context: InitContext) throws(OperationFailure) -> PseudoTerminal {
        try attempting(
            "cannot allocate a terminal for /dev/\(name)", key: name == "console" ? "lxc.pty.max" : "lxc.tty.max",
            hint: "the host has no more: see /proc/sys/kernel/pty/max", for: [.noSpace]
        ) { () throws(KernelError) in
            try PseudoTerminal(devpts: context.devpts?.number)
        }
    }

    private func prepare(_ terminal: Int32, _ context: InitContext) throws(OperationFailure) {
        try attempting("cannot set the mode of a terminal") { () throws(KernelError) in
            try TerminalFile.setMode(terminal, 0o620)
            if context.isMapped { try TerminalFile.setOwner(terminal, user: 0, group: 0) }
        }
    }

    /// A mount of the terminal's own node, from the devpts that it was allocated in and checked to be the very same device.
    private func mount(of terminal: Int32, index: UInt32, _ context: InitContext) throws(KernelError) -> DetachedMount {
        let place =
            if let devpts = context.devpts, context.config.console.ptyMax > 1 || context.ttyNames.contains("pts/\(index)") {
                try devpts.open("\(index)", [.path, .noFollow])
            } else {
                try OwnedDescriptor(opening: "/dev/pts/\(index)", [.path, .noFollow])
            }
        let expected = try TerminalFile.status(terminal)
        let found = try FileStatus(of: place)
        guard try FilesystemKind(of: place) == .devpts, found.kind == .characterDevice, found.deviceNumber == expected.deviceNumber else {
            throw KernelError(
                call: "open_tree", errno: .noSuchAddressOrDevice, subject: "pts/\(index)",
                explanation: "something else is mounted over its terminals")
        }
        return try DetachedMount(copying: place, recursive: false, label: "pts/\(index)")
    }

    /// Puts a mount on a file below `/dev`, which is made when it is missing.
    private func bind(
        _ path: String, what: String, replacing: Bool, _ context: InitContext, _ source: () throws(KernelError) -> DetachedMount
    ) throws(OperationFailure) {
        guard let devices = context.devices else { return }
        try attempting(what) { () throws(KernelError) in
            let (parent, name) = DirectoryHandle.split(path)
            let directory = parent.isEmpty ? devices : try devices.directory(parent)
            let place = try self.place(name, in: directory, replacing: replacing)
            let mount = try source()
            try mount.attach(to: place, subject: path)
        }
    }

    private func place(_ name: String, in directory: DirectoryHandle, replacing: Bool) throws(KernelError) -> OwnedDescriptor {
        let flags: OpenFlags = [.writeOnly, .create, .exclusive, .noFollow]
        do { return try directory.open(name, flags) } catch {
            if error.errno != .fileExists { throw error }
        }
        // With autodev everything here is ours; otherwise a link or node that the root filesystem brought must go.
        if let status = try directory.status(name), replacing || ![.regular, .characterDevice].contains(status.kind) {
            try directory.remove(name)
            return try directory.open(name, flags)
        }
        return try directory.open(name, .path)
    }
}
