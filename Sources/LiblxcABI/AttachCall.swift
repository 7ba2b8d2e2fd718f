// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

extension lxc_attach_options_t {
    /// What the macro LXC_ATTACH_OPTIONS_DEFAULT of the header stands for.
    static var standard: lxc_attach_options_t {
        var options = lxc_attach_options_t()
        options.attach_flags = Int32(LXC_ATTACH_DEFAULT)
        options.namespaces = -1
        options.personality = -1
        options.uid = .max
        options.gid = .max
        options.stdout_fd = 1
        options.stderr_fd = 2
        options.log_fd = -Errno.badFileDescriptor.rawValue
        return options
    }

    fileprivate func has(_ flag: Int32) -> Bool { attach_flags & flag != 0 }
}

/// One call of `attach`: a process of the caller's program enters the container and calls a function there.
///
/// Everything is decided and asked for here, before the fork; what the process does is in `attach_child.c`.
struct AttachCall {
    private enum Flag {
        static let cgroup: Int32 = 0x1
        static let capabilities: Int32 = 0x2
        static let personality: Int32 = 0x4
        static let labelNow: Int32 = 0x20000
        static let securityModule: Int32 = 0x8 | labelNow
        static let remount: Int32 = 0x10000
        static let noNewPrivileges: Int32 = 0x40000
        static let terminal: Int32 = 0x80000
        static let label: Int32 = 0x100000
        static let groups: Int32 = 0x200000
    }

    let container: Container
    let options: lxc_attach_options_t

    private var what: String { "cannot attach to \(container.name)" }

    /// Makes the process.
    ///
    /// - Parameters:
    ///   - function: Runs in the container.
    ///   - payload: Its argument.
    /// - Returns: The process's number, once it is about to call the function; the caller collects it. With a terminal of its own, which this
    ///   thread carries, not before it has ended.
    /// - Throws: ``LXCError`` when the function does not run.
    func begin(_ function: @escaping lxc_attach_exec_t, _ payload: UnsafeMutableRawPointer?) throws(LXCError) -> Int32 {
        let attach = try attaching { () throws(AttachFailure) in
            try CallbackAttach(name: container.name, client: container.client, wishes: wishes(), labelsNow: options.has(Flag.labelNow))
        }
        let pair: UnixSocketPair
        do { pair = try UnixSocket.pair(.sequencedPackets) } catch { throw LXCError(.failed, OperationFailure(what, error)) }
        let terminal = options.has(Flag.terminal) ? try attaching { () throws(AttachFailure) in try attach.makeTerminal() } : nil
        let transient = try fork(attach, pair, terminal, function, payload)
        let conversation = AttachConversation(what: what, name: container.name, socket: pair.closingSecond(), transient: transient)
        let pid = try attaching { () throws(AttachFailure) in try conversation.run(attach) }
        if let terminal { try carry(terminal, pid) }
        return pid
    }

    private func carry(_ terminal: CallbackTerminal, _ pid: Int32) throws(LXCError) {
        let process: PidFD
        do { process = try PidFD(pid) } catch { throw LXCError(.failed, OperationFailure(what, error)) }
        do throws(AttachFailure) { try terminal.carry(input: options.stdin_fd, output: options.stdout_fd, until: process) } catch {
            // The caller does not learn its number.
            do {
                try process.send(Signals.kill)
                _ = try process.collect()
            } catch {}  // it has ended, or the program collects all its children itself
            throw LXCError(.failed, error.failure)
        }
    }

    /// Waits for the process; the status is as waitpid(2) tells it.
    func wait(for pid: Int32) throws(LXCError) -> Int32 {
        do { return try ProcessChildren.collect(pid).waitStatus } catch {
            throw LXCError(.failed, OperationFailure("cannot learn how the process in \(container.name) ended", error))
        }
    }

    // MARK: - What is wanted

    private func wishes() throws(AttachFailure) -> AttachWishes {
        var wishes = AttachWishes(config: container.loaded?.config ?? ContainerConfig())
        if !options.has(Flag.cgroup) { wishes.elevated.insert(.cgroup) }
        if !options.has(Flag.capabilities) { wishes.elevated.insert(.capabilities) }
        if !options.has(Flag.securityModule) { wishes.elevated.insert(.securityModule) }
        if options.namespaces != -1 { wishes.namespaces = NamespaceSet(rawValue: options.namespaces) }
        wishes.remountsProcAndSys = options.has(Flag.remount)
        wishes.user = options.uid == .max ? nil : options.uid
        wishes.group = options.gid == .max ? nil : options.gid
        if options.has(Flag.label) { wishes.label = String(kernelText: options.lsm_label) }
        wishes.environment = AttachEnvironment.lines(
            caller: ProcessEnvironment.lines, isCleared: options.env_policy == LXC_ATTACH_CLEAR_ENV,
            kept: CString.words(options.extra_keep_env.map { UnsafePointer($0) }) ?? [], process: wishes.config.process,
            added: CString.words(options.extra_env_vars.map { UnsafePointer($0) }) ?? [])
        return wishes
    }

    // MARK: - The fork

    private func fork(
        _ attach: borrowing CallbackAttach, _ pair: borrowing UnixSocketPair, _ terminal: CallbackTerminal?,
        _ function: @escaping lxc_attach_exec_t, _ payload: UnsafeMutableRawPointer?
    ) throws(LXCError) -> Int32 {
        let orders = attach.orders
        let memory = PlanMemory()
        var plan = cliblxc_attach_plan()
        plan.init_handle = attach.initHandle.number
        plan.channel = pair.second.number
        plan.callers_channel = pair.first.number
        plan.namespaces = UInt64(UInt32(bitPattern: orders.namespaces.rawValue))
        plan.core_scheduling = orders.coreScheduling ?? 0
        plan.directory = options.initial_cwd.map { UnsafePointer($0) }
        plan.other_directory = memory.text(orders.workingDirectory)
        plan.remounts_proc_and_sys = orders.remountsProcAndSys ? 1 : 0
        setPersonality(&plan, orders.personality)
        plan.drops_capabilities = orders.dropped == nil ? 0 : 1
        plan.dropped_capabilities = orders.dropped ?? 0
        plan.group_count = orders.dropsGroups ? 0 : -1
        if options.has(Flag.groups), options.groups.size > 0 {
            plan.group_count = Int32(clamping: options.groups.size)
            plan.groups = options.groups.list.map { UnsafePointer($0) }
        }
        (plan.sets_gid, plan.gid) = (orders.group == nil ? 0 : 1, orders.group ?? 0)
        (plan.sets_uid, plan.uid) = (orders.user == nil ? 0 : 1, orders.user ?? 0)
        plan.label = memory.text(orders.label)
        plan.label_length = orders.label?.kernelBytes.count ?? 0
        plan.label_file = memory.text(orders.labelFile)
        plan.no_new_privileges = orders.noNewPrivileges || options.has(Flag.noNewPrivileges) ? 1 : 0
        plan.joins_keyring = orders.hasOwnKeyring ? 1 : 0
        plan.filter = memory.bytes(orders.filter?.program)
        plan.filter_count = UInt16(clamping: (orders.filter?.program.count ?? 0) / 8)
        plan.filter_notifies = orders.filter?.notifies == true ? 1 : 0
        plan.filters_early = plan.no_new_privileges == 0 && orders.user ?? 0 != 0 ? 1 : 0
        plan.terminal = terminal?.number ?? -1
        plan.streams = terminal.map { ($0.number, $0.number, $0.number) } ?? (options.stdin_fd, options.stdout_fd, options.stderr_fd)
        plan.environment = memory.list(orders.environment)
        plan.function = function
        plan.payload = payload
        let pid = cliblxc_attach_fork(&plan)
        extendLifetime(memory)
        guard pid > 0 else {
            throw LXCError(
                .failed, OperationFailure(what, KernelError(call: "fork", errno: Errno(rawValue: -pid), subject: container.name)))
        }
        return pid
    }

    private func setPersonality(_ plan: inout cliblxc_attach_plan, _ own: UInt?) {
        guard options.has(Flag.personality) else { return }
        let wanted = options.personality == -1 ? own : UInt(bitPattern: options.personality)
        plan.sets_personality = wanted == nil ? 0 : 1
        plan.personality = wanted ?? 0
    }
}

/// Runs work of an attach and gives its failure the library's form.
private func attaching<Value: ~Copyable>(_ body: () throws(AttachFailure) -> Value) throws(LXCError) -> Value {
    do { return try body() } catch {
        let code: LXCError.Code =
            switch error.kind {
            case .notRunning: .notRunning
            case .notPermitted: .notPermitted
            default: .failed
            }
        throw LXCError(code, error.failure)
    }
}

/// What a plan points to; it lives until the fork is done.
private final class PlanMemory {
    private var pieces: [UnsafeMutableRawPointer] = []

    func text(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text, let made = CString.copy(text) else { return nil }
        pieces.append(UnsafeMutableRawPointer(made))
        return UnsafePointer(made)
    }

    func bytes(_ bytes: [UInt8]?) -> UnsafeRawPointer? {
        guard let bytes, let made = cliblxc_calloc(bytes.count, 1) else { return nil }
        made.copyMemory(from: bytes, byteCount: bytes.count)
        pieces.append(made)
        return UnsafeRawPointer(made)
    }

    func list(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        guard let made = CString.list(texts) else { return nil }
        for index in texts.indices { if let text = made[index] { pieces.append(UnsafeMutableRawPointer(text)) } }
        pieces.append(UnsafeMutableRawPointer(made))
        return made
    }

    deinit { for piece in pieces { cliblxc_free(piece) } }
}
