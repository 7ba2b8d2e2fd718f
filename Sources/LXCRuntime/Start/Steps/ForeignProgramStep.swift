// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Lets init of a foreign architecture find its interpreter in the container.
///
/// Where the kernel holds the interpreter open (flag `F` of binfmt_misc) nothing is to be done; else its file is mounted into the
/// container, unless that has one. A container with ids of its own gets a rule of its own where the host has none. Nothing is refused
/// here: whether a program can be executed only the kernel knows.
struct ForeignProgramStep: InitStep {
    let name = "looking at the architecture of init"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard context.hasRootfs, let path = context.plan.payload.arguments.first, path.hasPrefix("/"),
            let start = Self.start(of: path, context), let header = ElfHeader(start), !header.isNative
        else { return }
        let handlers = try attempting("cannot look for the interpreter of \(path)") { () throws(KernelError) in
            try ForeignProgramHandler.all()
        }
        guard let handler = handlers?.first(where: { $0.matches(start) }) else {
            if try !registerPrivately(start, for: "\(path) (\(header.machineName))", context) {
                context.foreignProgram = Self.advice(header)
            }
            return
        }
        if handler.flags.contains("F") { return }
        try provide(handler, for: "\(path) (\(header.machineName))", context)
    }

    private func provide(_ handler: ForeignProgramHandler, for program: String, _ context: InitContext) throws(OperationFailure) {
        let interpreter = handler.interpreter
        let what = "cannot mount the interpreter of \(program), \(interpreter)"
        let present = try attempting(what) { () throws(KernelError) in
            try context.rootfs.status(interpreter, links: .followedInside)
        }
        // An empty file is what an earlier start has left as the place for the mount.
        if let present, present.kind == .regular, present.size > 0 { return }
        let performer = MountPerformer(context: context)
        if present == nil {
            do { try context.rootfs.makeFile(interpreter) } catch { throw performer.failure(what, error, interpreter) }
        }
        let mount = try attempting(what, hint: "apt-get install qemu-user-static, or remove the rule \(handler.name) of binfmt_misc") {
            () throws(KernelError) in
            let mount = try DetachedMount(copying: interpreter, recursive: false)
            try mount.change(set: .readOnly)
            return mount
        }
        try performer.attach(mount, on: interpreter, what: what)
    }

    /// Makes an instance of binfmt_misc that belongs to the container's user namespace (Linux 6.7), with the interpreter that is installed
    /// on the host. It lasts as long as it is mounted, which is at its usual place.
    ///
    /// Returns whether there is one now.
    private func registerPrivately(
        _ start: [UInt8], for program: String, _ context: InitContext
    ) throws(OperationFailure) -> Bool {
        guard context.isMapped, context.namespaces.born.contains([.user, .mount]) else { return false }
        let rules = try attempting("cannot read the rules for foreign programs") { () throws(KernelError) in
            try ForeignProgramRule.installed()
        }
        guard let rule = rules.first(where: { $0.matches(start) }) else { return false }
        do throws(KernelError) {
            let place = try context.rootfs.open(ForeignProgramHandler.folder, .path)
            let mount = try DetachedMount(
                newInstanceOf: "binfmt_misc", source: "binfmt_misc", options: [], attributes: .harmless)
            let folder = DirectoryHandle(owning: try mount.descriptor.duplicate(), label: "binfmt_misc")
            try folder.open("register", .writeOnly).writeAll(rule.lineHoldingInterpreter.kernelBytes)
            try mount.attach(to: place, subject: ForeignProgramHandler.folder)
        } catch {
            // An older kernel lets nobody but the host have rules; a container without /proc has no place for them.
            context.log.info("no rule of its own for \(program): \(error)")
            return false
        }
        context.log.info("\(program) is executed by \(rule.interpreter), by a rule of the container's own")
        return true
    }

    /// The first bytes of a program in the container, of its interpreter when it is a script; nil when there is none to read.
    private static func start(of path: String, _ context: InitContext) -> [UInt8]? {
        guard let start = beginning(of: path, context) else { return nil }
        guard start.starts(with: [0x23, 0x21]) else { return start }
        let line = start.dropFirst(2).prefix { $0 != 0x0A }.drop { $0 == 0x20 || $0 == 0x09 }
        return beginning(of: String(kernelBytes: line.prefix { $0 != 0x20 && $0 != 0x09 }), context)
    }

    private static func beginning(of path: String, _ context: InitContext) -> [UInt8]? {
        // Whatever hinders this hinders the execution as well, which gives the reason.
        guard let file = try? context.rootfs.open(path, [.readOnly, .noControllingTerminal, .nonBlocking], links: .followedInside),
            let status = try? FileStatus(of: file), status.kind == .regular
        else { return nil }
        return try? file.beginning(ElfHeader.length)  // as above
    }

    private static func advice(_ header: ElfHeader) -> String {
        "it is a program for \(header.machineName): apt-get install qemu-user-static, then lxc-checkconfig --register"
    }
}
