// SPDX-License-Identifier: Apache-2.0
import LXCConfig
package import LinuxKernel

/// Runs one program in a running container, from the request to its end.
///
/// Only for programs with a single thread that ``ProtectedProgram`` has made sure of.
package final class AttachSession {
    private let name: String
    private let client: ControlClient
    private let wishes: AttachWishes
    private let loop: EventLoop
    private var terminal: AttachTerminal?
    private var filter: SystemCallFilter?

    /// Signals that go to the program instead of ending the tool; then the window's size.
    private static let forwarded = [Signals.interrupt, Signals.quit, Signals.terminate, Signals.hangup]

    /// - Throws: ``AttachFailure`` when the kernel gives no event list.
    package init(name: String, client: ControlClient, wishes: AttachWishes) throws(AttachFailure) {
        self.name = name
        self.client = client
        self.wishes = wishes
        loop = try attaching { () throws(OperationFailure) in
            try attempting("cannot attach to \(name)") { () throws(KernelError) in try EventLoop() }
        }
    }

    /// Runs the program and waits for its end.
    ///
    /// - Returns: How it ended.
    /// - Throws: ``AttachFailure`` when it did not run.
    package func run() throws(AttachFailure) -> ExitStatus {
        do throws(AttachFailure) { return try attach() } catch {
            throw AttachFailure(error.kind, error.failure.placed(in: wishes.config))
        }
    }

    private func attach() throws(AttachFailure) -> ExitStatus {
        let handle: PidFD
        do { handle = try client.initPIDFD() } catch { throw AttachFailure("cannot find the container's init", error) }
        let profile = try InitProfile.read(handle)
        let plan = try AttachPlan(name: name, wishes, profile)
        filter = try AttachFilter.make(profile, wishes, client)
        terminal = try AttachTerminal.make(plan, client)
        return try attach(plan, handle)
    }

    private func attach(_ plan: AttachPlan, _ handle: borrowing PidFD) throws(AttachFailure) -> ExitStatus {
        let signals = try attaching { () throws(OperationFailure) in
            try attempting("cannot attach to \(name)") { () throws(KernelError) in
                // The copies inherit that nobody may look into them.
                if !plan.isFurnishedOpenly { try ProcessControl.setDumpable(false) }
                return try SignalDescriptor(blocking: Self.forwarded + [Signals.windowChange])
            }
        }
        let pair = try attaching { () throws(OperationFailure) in
            try attempting("cannot attach to \(name)") { () throws(KernelError) in try UnixSocket.pair(.sequencedPackets) }
        }
        let transient: Transient?
        do { transient = try copyProcess() } catch { throw AttachFailure(.failed, OperationFailure("cannot attach to \(name)", error)) }
        guard let transient else {
            // The other end is the tool's; it is closed with everything else that this process does not need.
            let channel = AttachChannel(pair.closingFirst())
            AttachTransient(plan: plan, filter: filter, initHandle: handle.number, terminal: terminal?.terminal).run(channel)
        }
        let channel = AttachChannel(pair.closingSecond())
        if plan.isFurnishedOpenly {
            try attaching { () throws(OperationFailure) in
                try attempting("cannot attach to \(name)") { () throws(KernelError) in try ProcessControl.setDumpable(false) }
            }
        }
        do { return try supervise(plan, transient, channel, signals) } catch {
            do { try transient.handle.send(Signals.kill) } catch {}  // it has ended already, as it should
            throw error
        }
    }

    /// The process between host and container, as the tool sees it.
    private struct Transient: ~Copyable {
        let pid: Int32
        let handle: PidFD
    }

    /// Nil in the copy.
    private func copyProcess() throws(KernelError) -> Transient? {
        switch try ProcessCopy.make() {
        case .child: nil
        case .parent(let pid, let handle): Transient(pid: pid, handle: handle)
        }
    }

    private func supervise(
        _ plan: AttachPlan, _ transient: borrowing Transient, _ channel: AttachChannel, _ signals: borrowing SignalDescriptor
    ) throws(AttachFailure) -> ExitStatus {
        if plan.joinsCgroups { try AttachCgroups.join(transient.pid, client) }
        try attaching { () throws(OperationFailure) in
            try furnish(transient.pid, plan)
            try attempting("cannot talk to the process in the container") { () throws(KernelError) in try channel.send(.begin) }
        }
        guard case .born(let pid) = try next(channel, signals) else { throw ended() }
        let program = try attaching { () throws(OperationFailure) in
            try attempting("cannot watch the program") { () throws(KernelError) in
                _ = try transient.handle.collect()
                return try PidFD(pid)
            }
        }
        do throws(AttachFailure) {
            // What it has to say until it executes its program are failures only.
            guard try next(channel, signals) == nil else { throw ended() }
            return try wait(for: program, signals)
        } catch {
            do { try program.send(Signals.kill) } catch {}  // it has ended already
            do { _ = try program.collect() } catch {}  // only so that no zombie stays with a library's caller
            throw error
        }
    }

    private func furnish(_ pid: Int32, _ plan: AttachPlan) throws(OperationFailure) {
        try ProcessFiles.apply(plan.proc, to: pid)
        try ResourceLimits.apply(plan.limits, to: pid)
    }

    /// The next message; nil at the end of the conversation.
    ///
    /// System calls of the program that wait for a decision go to the container's monitor: it asks the program that decides.
    private func next(
        _ channel: AttachChannel, _ signals: borrowing SignalDescriptor
    ) throws(AttachFailure) -> AttachMessage? {
        let what = "cannot attach to \(name)"
        while true {
            let received = try attaching { () throws(OperationFailure) in
                try waitForMessage(channel.number, signals)
                return try attempting(what) { () throws(KernelError) in try channel.receive() }
            }
            if case .failed(let failure)? = received?.message { throw failure }
            guard let received, received.message == .listener else { return received?.message }
            guard let listener = received.descriptors.first else { throw ended() }
            do { try client.addSeccompListener(listener.owned) } catch {
                throw AttachFailure("cannot let the container's monitor serve the program's system calls", error)
            }
        }
    }

    /// Waits, but not through the user's interrupt, and not for a frozen container.
    private func waitForMessage(_ channel: Int32, _ signals: borrowing SignalDescriptor) throws(OperationFailure) {
        let what = "cannot attach to \(name)"
        while true {
            let ready = try attempting(what) { () throws(KernelError) in
                try Poll.wait(channel, for: .readable, until: .now + .milliseconds(500))
            }
            if !ready.isEmpty { return }
            while let signal = try attempting(what, { () throws(KernelError) in try signals.next() }) {
                if signal.signal != Signals.windowChange {
                    throw OperationFailure(what, reason: "interrupted by \(SignalName.text(signal.signal))")
                }
            }
            // A monitor that does not answer says nothing about its container.
            if (try? client.state()) == .frozen {
                throw OperationFailure(what, reason: "it is frozen", hint: "let it go on with lxc-unfreeze -n \(name)")
            }
        }
    }

    private func ended() -> AttachFailure {
        AttachFailure(
            .failed,
            OperationFailure(
                "cannot attach to \(name)", reason: "the process that was to enter it was killed",
                hint: "look for memory limits in its cgroup"))
    }

    /// Waits for the program's end, with the terminal connected meanwhile.
    private func wait(for program: borrowing PidFD, _ signals: borrowing SignalDescriptor) throws(AttachFailure) -> ExitStatus {
        try attaching { () throws(OperationFailure) in
            try terminal?.connect(loop)
            let handle = program.number
            // The caller's terminal is given back whatever happens.
            var failure: OperationFailure?
            do throws(KernelError) { try serve(handle, signals) } catch {
                failure = OperationFailure("cannot wait for the program", error)
            }
            try terminal?.disconnect()
            if let failure { throw failure }
            return try attempting("cannot learn how the program ended") { () throws(KernelError) in try program.collect() }
        }
    }

    private func serve(_ program: Int32, _ signals: borrowing SignalDescriptor) throws(KernelError) {
        var hasEnded = false
        let end = try loop.add(program) { _ in hasEnded = true }
        var hasSignal = false
        let signal = try loop.add(signals.number) { _ in hasSignal = true }
        while !hasEnded {
            try loop.run(until: { hasEnded || hasSignal })
            hasSignal = false
            while let delivery = try signals.next() { forward(delivery.signal, to: program) }
        }
        try loop.remove(end)
        try loop.remove(signal)
    }

    private func forward(_ signal: Int32, to program: Int32) {
        if signal == Signals.windowChange { return terminal?.copySize() ?? () }
        // Refused when the program has just ended, which the loop sees by itself.
        do { try ProcessSignal.send(signal, toHandle: program) } catch {}
    }
}
