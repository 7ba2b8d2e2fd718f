// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCRuntime
import LinuxKernel
import Testing

/// Our server with our client and with raw bytes.
@Suite struct ControlServerTests {
    @Test func ourClientGetsEveryAnswer() throws {
        try FakeMonitor.with { monitor in
            let client = monitor.client
            #expect(try client.state() == .running)
            #expect(try client.initPID() == ProcessControl.pid)
            #expect(try client.initPIDFD().isRunning)
            #expect(try client.cloneFlags() == 0x6e02_0000)
            #expect(try client.name() == "c1")
            #expect(try client.lxcPath() == monitor.lxcPath)
            #expect(try client.configItem("lxc.group") == "alpha")
            #expect(try client.configItem("lxc.nothing") == nil)
            #expect(try client.cgroup("memory") == "/fake/memory/payload")
            #expect(try client.cgroup(nil, .limits) == "/fake/none/limits")
            #expect(throws: ControlError.unsupported) { try client.cgroup("nonsense") }
            #expect(try client.consoleLog(ConsoleLogQuery(read: true)) == Array("console text\n".utf8))
            #expect(try client.consoleLog(ConsoleLogQuery(read: true)) == [])
            #expect(try client.devptsDescriptor().number > 2)
            #expect(throws: ControlError.refused(.badFileDescriptor)) { try client.seccompDescriptor() }
            #expect(throws: ControlError.refused(.invalidArgument)) { try client.cgroup2Descriptor(.limits) }
            #expect(try client.systemdScope() == nil)
            try client.windowChanged()
            try client.freeze(timeoutInSeconds: -1)
            try client.unfreeze()
            try client.addDeviceRule(DeviceRuleMessage(kind: .character, major: 1, minor: -1, access: "rw", isAllowed: true))
            try client.addSeccompListener(OwnedDescriptor(opening: "/dev/null", .readOnly))
            let calls = try monitor.perform { $0.delegate.calls }
            #expect(calls == ["windowChanged", "freeze -1", "rule character 1:-1 rw true", "seccomp"])
        }
    }

    @Test func cgroupRecordsTravelWithTheirDirectories() throws {
        try FakeMonitor.with { monitor in
            let (arrangement, directories) = try monitor.client.cgroupDescriptors()
            #expect(arrangement == CgroupArrangement(layout: .hybrid, utilities: 3))
            #expect(directories.count == 2)
            let (record, directory) = try monitor.client.cgroupDescriptor("memory")
            #expect(record.controller == "memory")
            #expect(record.filesystem == .version1)
            #expect(try FileStatus(of: directory.owned).inode == FileStatus(of: "/").inode)
            #expect(throws: ControlError.refused(.noSuchFileOrDirectory)) { try monitor.client.cgroupDescriptor("other") }
        }
    }

    @Test func twoQuestionsOnOneConnectionAreAnsweredInTurn() throws {
        try FakeMonitor.with { monitor in
            let both = try monitor.client.beginStateAndInitPIDFD()
            #expect(try monitor.client.state(from: both.state) == .running)
            let handle = try monitor.client.secondInitPIDFD(from: both.handle)
            let runs = handle?.isRunning
            #expect(runs == true)
            // The connection is through then.
            let third = try monitor.client.secondInitPIDFD(from: both.handle)?.isRunning
            #expect(third == nil)
        }
    }

    @Test func aConsoleLogLargerThanTheSocketsBufferArrivesWhole() throws {
        try FakeMonitor.with { monitor in
            let long = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
            try monitor.perform { $0.delegate.log = long }
            #expect(try monitor.client.consoleLog(ConsoleLogQuery(read: true)) == long)
        }
    }

    @Test func aTerminalComesBackWhenItsConnectionCloses() throws {
        try FakeMonitor.with { monitor in
            var first: TerminalLease? = try monitor.client.terminal(.anyFree)
            let second = try monitor.client.terminal(.console)
            #expect(first?.number == 1)
            #expect(second.number == 2)
            #expect(throws: ControlError.refused(.badFileDescriptor)) { try monitor.client.terminal(.tty(1)) }
            first = nil
            #expect(try monitor.eventually { $0.delegate.released.count == 1 })
            #expect(try monitor.perform { $0.delegate.released.first == $0.delegate.leases.first })
            // The end of the container ends the lease.
            try monitor.perform { $0.server.endLeases() }
            #expect(try !Poll.wait(second.connectionNumber, for: .readable, until: .now + .seconds(5)).isEmpty)
            #expect(try monitor.perform { $0.delegate.released.count } == 2)
        }
    }

    @Test func stopKeepsTheConnectionUntilTheEnd() throws {
        try FakeMonitor.with { monitor in
            var client = monitor.client
            client.timeLimit = .milliseconds(100)
            #expect(throws: ControlError.timedOut) { try client.stop() }
            #expect(try monitor.perform { $0.delegate.calls } == ["stop"])
            try monitor.perform { $0.delegate.stopAnswer = .failure(.notPermitted) }
            #expect(throws: ControlError.notPermitted) { try client.stop() }
        }
    }

    @Test func othersAreServedWhileTheDelegateWaits() throws {
        try FakeMonitor.with { monitor in
            let isRunning = Locked(true)
            try monitor.perform { fake in
                fake.delegate.duringFreeze = {
                    do { try fake.pump(until: { !isRunning.with { $0 } }) } catch { Issue.record(error) }
                }
            }
            let thread = TestThread()
            let client = monitor.client
            let frozen = Locked(false)
            thread.start {
                do {
                    try client.freeze()
                    frozen.with { $0 = true }
                } catch { Issue.record(error) }
            }
            while try monitor.client.state() == .running, try monitor.perform({ $0.delegate.isFreezing }) == false {}
            #expect(try client.name() == "c1")
            #expect(!frozen.with { $0 })
            isRunning.with { $0 = false }
            try monitor.perform { _ in }
            thread.join()
            #expect(frozen.with { $0 })
        }
    }

    @Test func serverGivesItsNameUp() throws {
        try FakeMonitor.with { monitor in
            #expect(throws: KernelError.self) {
                _ = try ControlServer(
                    lxcPath: monitor.lxcPath, name: "c1", loop: EventLoop(), publisher: StatePublisher(name: "c1", channel: nil))
            }
            try monitor.perform { try $0.server.close() }
            #expect(try monitor.client.state() == .stopped)
            #expect(throws: ControlError.stopped) { try monitor.client.name() }
        }
    }
}

/// State clients, driven by the supervisor's changes.
@Suite struct ControlStateClientTests {
    private func register(_ monitor: FakeMonitor, _ wanted: WantedStates) throws -> StateSubscription {
        guard case .waiting(let subscription) = try monitor.client.addStateClient(wanted) else {
            throw KernelError(call: "test", errno: .invalidArgument, subject: "reached already")
        }
        return subscription
    }

    @Test func oneMessageForEachRegistration() throws {
        try FakeMonitor.with { monitor in
            let client = try register(monitor, WantedStates([.freezing, .frozen]))
            try monitor.perform {
                $0.publisher.change(to: .freezing)
                $0.publisher.change(to: .frozen)
            }
            #expect(try client.next(until: .now + .seconds(5)) == .freezing)
            #expect(try monitor.perform { $0.publisher.watchers.count } == 0)
            guard case .reached(.frozen) = try monitor.client.addStateClient(WantedStates([.frozen])) else {
                Issue.record("FROZEN holds")
                return
            }
        }
    }

    @Test func thawedIsToldAndHeldAsRunning() throws {
        try FakeMonitor.with(state: .frozen) { monitor in
            let thawed = try register(monitor, WantedStates([.thawed]))
            let running = try register(monitor, WantedStates([.running]))
            try monitor.client.serveState(.thawed)
            #expect(try thawed.next(until: .now + .seconds(5)) == .thawed)
            #expect(try monitor.client.state() == .running)
            #expect(throws: ControlError.timedOut) { try running.next(until: .now + .milliseconds(30)) }
            try monitor.client.serveState(.running)
            #expect(try running.next(until: .now + .seconds(5)) == .running)
        }
    }

    @Test func stoppedIsTheEndOfTheConnection() throws {
        try FakeMonitor.with { monitor in
            let stopped = try register(monitor, WantedStates([.stopped]))
            let frozen = try register(monitor, WantedStates([.frozen]))
            try monitor.perform {
                try $0.server.close()
                $0.publisher.finishRun(rebooting: false)
            }
            #expect(try stopped.next(until: .now + .seconds(5)) == .stopped)
            #expect(try frozen.next(until: .now + .seconds(5)) == .stopped)
        }
    }

    @Test func theNextRunningSurvivesAReboot() throws {
        try FakeMonitor.with { monitor in
            let next = try register(monitor, .nextRunning)
            let stopped = try register(monitor, WantedStates([.stopped]))
            let frozen = try register(monitor, WantedStates([.frozen]))
            try monitor.perform { $0.publisher.finishRun(rebooting: true) }
            #expect(try stopped.next(until: .now + .seconds(5)) == .stopped)
            #expect(try frozen.next(until: .now + .seconds(5)) == .stopped)
            #expect(throws: ControlError.timedOut) { try next.next(until: .now + .milliseconds(30)) }
            try monitor.perform {
                $0.publisher.change(to: .starting)
                $0.publisher.change(to: .running)
            }
            #expect(try next.next(until: .now + .seconds(5)) == .running)
        }
    }

    @Test func hangingUpEndsTheRegistration() throws {
        try FakeMonitor.with { monitor in
            var client: StateSubscription? = try register(monitor, WantedStates([.frozen]))
            #expect(try monitor.perform { $0.publisher.watchers.count } == 1)
            withExtendedLifetime(client) {}
            client = nil
            #expect(try monitor.eventually { $0.publisher.watchers.count == 0 && $0.server.connectionCount == 0 })
        }
    }
}
