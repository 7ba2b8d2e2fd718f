// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LXCRuntime
package import LinuxKernel

extension Container {
    /// Kills the container and waits until its supervisor has ended, with the stop hooks.
    ///
    /// - Throws: ``LXCError``, `notRunning` when it does not run.
    package func kill() throws(LXCError) {
        do { try client.stop() } catch {
            if error == .stopped { throw LXCError(.notRunning, "\(name) is not running", reason: "") }
            throw LXCError("cannot kill \(name)", error)
        }
    }

    /// Kills the container, and leaves the waiting for later; ``kill()`` in two parts.
    ///
    /// - Returns: What is to be waited for.
    /// - Throws: ``LXCError``, `notRunning` when it does not run.
    package func beginKill() throws(LXCError) -> KillUnderWay {
        do { return KillUnderWay(name, try client.beginStop()) } catch { throw LXCError("cannot kill \(name)", error) }
    }

    /// Asks init to shut the container down, and waits.
    ///
    /// `timeout`: seconds; 0 does not wait, -1 waits for ever.
    /// Returns whether the container stopped in time (true when it was not waited for).
    package func shutdown(timeout: Int) throws(LXCError) -> Bool { try shutdown(within: timeout < 0 ? nil : .seconds(Int64(timeout))) }

    /// As ``shutdown(timeout:)``; nil waits for ever.
    package func shutdown(within limit: Duration?) throws(LXCError) -> Bool {
        let what = "cannot shut down \(name)"
        let handle = try asking(what) { () throws(ControlError) in try client.initPIDFD() }
        let pid = try asking(what) { () throws(ControlError) in try client.initPID() }
        let registration = try asking(what) { () throws(ControlError) in try client.addStateClient(WantedStates([.stopped])) }
        // A frozen init would never see the signal.
        if try state() == .frozen { try unfreeze() }
        do { try handle.send(haltSignal(pid)) } catch {
            if error.errno == .noSuchProcess { return true }
            throw LXCError(what, error)
        }
        guard limit != .zero else { return true }
        let deadline = limit.map { MonotonicInstant.now + $0 }
        guard handle.waitForEnd(milliseconds: deadline.map { $0.remaining.pollMilliseconds } ?? -1) else { return false }
        return try wait(for: registration, until: deadline)
    }

    /// `lxc.signal.halt`; else what systemd wants if init blocks that signal; else SIGPWR.
    private func haltSignal(_ pid: Int32) -> Int32 {
        // Unset, and from a supervisor that does not answer: what follows is the default.
        if let text = try? client.configItem("lxc.signal.halt"), let number = Int32(text), number > 0 { return number }
        // Only a refinement: when it cannot be read, the default follows.
        if let status = try? ProcessStatus.read(process: "\(pid)"), status.blocks(signal: Signals.systemdHalt) == true {
            return Signals.systemdHalt
        }
        return Signals.power
    }

    fileprivate func wait(for registration: StateRegistration, until deadline: MonotonicInstant?) throws(LXCError) -> Bool {
        guard case .waiting(let subscription) = registration else { return true }
        do {
            _ = try subscription.next(until: deadline)
            return true
        } catch {
            if error == .timedOut { return false }
            if error == .stopped { return true }
            throw LXCError("cannot wait for \(name)", error)
        }
    }

    /// Asks init to reboot.
    ///
    /// `timeout`: seconds to wait for the next RUNNING; 0 does not wait, -1 waits for ever.
    /// Returns whether it ran again in time (true when it was not waited for).
    package func reboot(timeout: Int) throws(LXCError) -> Bool { try reboot(within: timeout < 0 ? nil : .seconds(Int64(timeout))) }

    /// As ``reboot(timeout:)``; nil waits for ever.
    package func reboot(within limit: Duration?) throws(LXCError) -> Bool {
        let reboot = try beginReboot()
        guard limit != .zero else { return true }
        return try reboot.wait(until: limit.map { .now + $0 })
    }

    /// Asks init to reboot, and leaves the waiting for later.
    ///
    /// - Returns: The reboot that was asked for.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    package func beginReboot() throws(LXCError) -> RebootUnderWay {
        let what = "cannot reboot \(name)"
        let handle = try asking(what) { () throws(ControlError) in try client.initPIDFD() }
        let registration = try asking(what) { () throws(ControlError) in try client.addStateClient(.nextRunning) }
        let wanted = try asking(what) { () throws(ControlError) in try client.configItem("lxc.signal.reboot") }
        let signal = wanted.flatMap { Int32($0) } ?? Signals.interrupt
        try attempt(what) { () throws(KernelError) in try handle.send(signal) }
        return RebootUnderWay(self, registration)
    }

    /// Stops giving the container processor time.
    package func freeze() throws(LXCError) { try setFrozen(true) }

    /// Lets a frozen container go on; one that is not frozen is left as it is.
    package func unfreeze() throws(LXCError) { try setFrozen(false) }

    /// The caller does the work, so that it works with every supervisor's version; the states are announced before and after.
    private func setFrozen(_ frozen: Bool) throws(LXCError) {
        let what = frozen ? "cannot freeze \(name)" : "cannot unfreeze \(name)"
        let current = try state()
        if current == .stopped {
            if !frozen { return }
            throw LXCError(.notRunning, what, reason: "it is not running")
        }
        guard (current == .frozen) != frozen || current == .freezing else { return }
        let channel: MonitorChannel
        do { channel = MonitorChannel(lxcPath: lxcPath, in: try RunDirectory.resolve()) } catch { throw LXCError(what, error) }
        let directory = try asking(what) { () throws(ControlError) in try freezerDirectory() }
        try asking(what) { () throws(ControlError) in try announce(frozen ? .freezing : .thawed, channel) }
        let outcome = try attempt(what) { () throws(KernelError) in
            let cgroup = CgroupDirectory(owning: try directory.duplicate(), label: "cgroup of \(name)")
            return try Freezer.set(frozen: frozen, in: cgroup, until: .now + .seconds(10))
        }
        switch outcome {
        case .reached: try asking(what) { () throws(ControlError) in try announce(frozen ? .frozen : .running, channel) }
        case .timedOut:
            throw LXCError(
                .timedOut, what, reason: "a process does not stop within 10 seconds", hint: "look for processes in state D (ps)")
        case .unsupported: throw LXCError(.failed, what, reason: "no freezer is mounted on this host")
        }
    }

    private func freezerDirectory() throws(ControlError) -> SharedDescriptor {
        if let directory = try unlessRefused({ () throws(ControlError) in try client.cgroup2Descriptor(.limits) }) { return directory }
        // Not pure cgroup2: the v1 freezer, or on a hybrid host without one the v2 tree.
        if let found = try unlessRefused({ () throws(ControlError) in try client.cgroupDescriptor("freezer", .limits) }) {
            return found.directory
        }
        guard let last = try client.cgroupDescriptors().directories.last else { throw .unsupported }
        return last
    }

    /// Nil when the supervisor says that it has no such thing.
    private func unlessRefused<Value>(_ ask: () throws(ControlError) -> Value) throws(ControlError) -> Value? {
        do { return try ask() } catch {
            if case .refused = error { return nil }
            throw error
        }
    }

    private func announce(_ state: ContainerState, _ channel: MonitorChannel) throws(ControlError) {
        do { _ = try channel.publish(StateMessage(name: name, event: .state(state))) } catch {
            // Nobody listens on the pipe, or it cannot be written: the state itself counts.
        }
        try client.serveState(state)
    }
}

/// A reboot that init was asked for.
package final class RebootUnderWay {
    private let container: Container
    private let registration: StateRegistration

    fileprivate init(_ container: Container, _ registration: StateRegistration) {
        self.container = container
        self.registration = registration
    }

    /// Waits until the container runs again.
    ///
    /// - Parameter deadline: When to give up; nil is never.
    /// - Returns: Whether it ran again in time.
    /// - Throws: ``LXCError`` when its supervisor cannot be listened to.
    package func wait(until deadline: MonotonicInstant?) throws(LXCError) -> Bool {
        try container.wait(for: registration, until: deadline)
    }
}

/// A container that its supervisor was told to kill.
package final class KillUnderWay {
    private let name: String
    private let stop: StopUnderWay

    fileprivate init(_ name: String, _ stop: StopUnderWay) {
        self.name = name
        self.stop = stop
    }

    /// Waits until its supervisor has ended, with the stop hooks.
    ///
    /// - Throws: ``LXCError`` when it does not end in time.
    package func wait() throws(LXCError) {
        do { try stop.finish() } catch { throw LXCError("cannot kill \(name)", error) }
    }
}
