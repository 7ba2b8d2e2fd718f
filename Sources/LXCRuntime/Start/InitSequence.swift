// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCNetwork
import LinuxKernel

/// The life of the container's first process, from its birth to the execution of init.
struct InitSequence {
    let context: InitContext

    /// What happens in the container's namespaces before the supervisor is told, in this order.
    private func setUp(_ channel: borrowing HandshakeChannel) throws(OperationFailure) {
        if context.cgroupEntry == .early { try perform(CgroupEntryStep()) }
        try perform(RootfsReachStep())
        try perform(IdentityStep())
        try perform(ProcStep())
        try perform(PropagationStep())
        try perform(HookStep(hook: .preMount))
        try perform(RootfsStep())
        try perform(SurroundingsStep())
        try perform(DeviceDirectoryStep())
        try perform(AutomaticMountStep())
        try perform(MountEntryStep())
        if context.cgroupEntry == .late {
            context.cgroupEntrances = try expect(.cgroups, channel)
            try perform(CgroupEntryStep())
        }
        try perform(CgroupMountStep())
        try perform(HookStep(hook: .mount))
        try perform(StableRootfsStep())
        try perform(ForeignProgramStep())
        try perform(HookStep(hook: .autodev))
        try perform(DeviceNodeStep())
        try perform(StartHookPresenceStep())
        try perform(ConsoleStep())
        try perform(PivotStep())
        try perform(BootIDStep())
        try perform(PrivilegeStep())
        // Else as late as can be: a policy that allows few calls has to allow all those that follow.
        if !context.config.hooks.commands(.start).isEmpty { try loadFilter(channel) }
        try perform(HookStep(hook: .start))
        try perform(SessionStep())
    }

    /// Whether the process waits for the supervisor's leave before it executes init: only if that has a hook to run, a limit to set or a
    /// network device to make.
    ///
    /// An answer takes 0.1 ms, since each side has to be woken once.
    static func asksLeave(_ config: ContainerConfig) -> Bool {
        !(config.hooks.commands(.startHost).isEmpty && config.hooks.commands(.stop).isEmpty && config.cgroup.limits.isEmpty)
            || ContainerNetwork.isNeeded(config.networks)
    }

    private func perform(_ step: some InitStep) throws(OperationFailure) {
        context.log.trace(step.name)
        try step.perform(context)
    }

    /// Runs the sequence in the new process; never returns.
    ///
    /// Any failure is reported to the supervisor and ends the process: a container never runs half set up.
    func run(_ channel: consuming HandshakeChannel) -> Never {
        do throws(OperationFailure) {
            try prepare()
            try expect(.begin, channel)
            try setUp(channel)
            try reportReady(channel)
            if Self.asksLeave(context.config) { try expect(.execute, channel) }
            try attempting("cannot reach the supervisor") { () throws(KernelError) in try channel.send(.executing) }
            try ExecStep.handOverStreams(context)
            // Before the ids change, because that takes the right to do it.
            try loadFilter(channel)
            try ExecStep().perform(context)
        } catch {
            let failure = error.placed(in: context.config)
            context.log.failure(failure)
            // When even the report fails the supervisor has gone, and with it everybody who could read it.
            _ = try? channel.send(.failed(failure))
        }
        ProcessCopy.exitNow(1)
    }

    /// From the next call on the supervisor may have to bring calls of this process before another program.
    private func loadFilter(_ channel: borrowing HandshakeChannel) throws(OperationFailure) {
        try perform(SystemCallFilterStep())
        guard let listener = context.listener else { return }
        try attempting("cannot hand the container's system calls to the supervisor") { () throws(KernelError) in
            try channel.send(.listener, descriptors: [listener.descriptor.number])
        }
        context.listener = nil
    }

    private func prepare() throws(OperationFailure) {
        try attempting("cannot prepare the container's first process") { () throws(KernelError) in
            try ProcessControl.setParentDeathSignal(Signals.kill)
            // Nobody in the container may look into this process while it still holds the host's files. That of an ordinary user is alone
            // in its namespaces yet, and the supervisor has to look into it.
            if !context.isOrdinaryUser || !context.namespaces.joined.keys.isEmpty { try ProcessControl.setDumpable(false) }
        }
    }

    /// Waits for a message and returns what came with it.
    @discardableResult
    private func expect(
        _ expected: HandshakeMessage, _ channel: borrowing HandshakeChannel
    ) throws(OperationFailure) -> [SharedDescriptor] {
        let received: (message: HandshakeMessage, descriptors: [SharedDescriptor])?
        do { received = try channel.receive() } catch { throw OperationFailure("cannot reach the supervisor", error) }
        // The supervisor has died: nobody is left to report to.
        guard let received, received.message == expected else { ProcessCopy.exitNow(1) }
        return received.descriptors
    }

    private func reportReady(_ channel: borrowing HandshakeChannel) throws(OperationFailure) {
        var descriptors: [Int32] = []
        let sendsConsole = context.console != nil && context.config.console.ptyMax > 1
        if sendsConsole, let console = context.console?.controller.number, let terminal = context.console?.terminal.number {
            descriptors += [console, terminal]
        }
        if let devpts = context.devpts?.number { descriptors.append(devpts) }
        let hasDevpts = context.devpts != nil
        descriptors += context.ttys.map { $0.number }
        try attempting("cannot hand the terminals to the supervisor") { () throws(KernelError) in
            try channel.send(.ready(hasConsole: sendsConsole, hasDevpts: hasDevpts), descriptors: descriptors)
        }
        context.ttys = []
    }
}
