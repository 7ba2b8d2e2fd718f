// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel
import Testing

/// lxc-monitor and lxc-monitord, ours and Debian's.
@Suite struct ControlMonitorTests {
    /// Our daemon on a thread of its own.
    private final class Daemon {
        let thread = TestThread()
        let failure = Locked<KernelError?>(nil)

        init(_ lxcPath: String, _ run: RunDirectory, idleLimit: Duration? = nil, starts: Bool = true) throws {
            let ready = try Pipe()
            let number = try ready.writer.duplicate().release()
            let failure = failure
            thread.start {
                do throws(KernelError) {
                    try MonitorDaemon.run(lxcPath: lxcPath, in: run, ready: OwnedDescriptor(owning: number), idleLimit: idleLimit)
                } catch { failure.with { $0 = error } }
            }
            let reader = ready.closingWriter()
            let said = try reader.read(upTo: 2)
            #expect(said == (starts ? Array("S".utf8) : []))
        }

        func end(_ lxcPath: String) throws {
            _ = try MonitorClient.quitDaemon(lxcPath: lxcPath)
            thread.join()
        }
    }

    private func sequence(_ run: RunDirectory, _ lxcPath: String) throws {
        let channel = MonitorChannel(lxcPath: lxcPath, in: run)
        let publisher = StatePublisher(name: "c1", channel: channel)
        publisher.change(to: .starting)
        publisher.change(to: .running)
        publisher.reportExit(.exited(3))
        publisher.change(to: .stopping)
        publisher.finishRun(rebooting: false)
    }

    private let expected: [StateMessage.Event] = [
        .state(.starting), .state(.running), .exited(waitStatus: 0x300), .state(.stopping), .state(.stopped),
    ]

    @Test func everyClientGetsEveryRecord() throws {
        let path = try temporaryFolder("monitor")
        let run = RunDirectory(path: path + "/run")
        #expect(try !MonitorChannel(lxcPath: path, in: run).publish(StateMessage(name: "c1", event: .state(.running))))
        let daemon = try Daemon(path, run)
        let clients = try (0..<3).map { _ in try MonitorClient(lxcPaths: [path], daemon: "/nowhere") }
        // Served by the daemon's thread: connecting succeeds before it has accepted.
        (MonotonicInstant.now + .milliseconds(100)).sleep()
        try sequence(run, path)
        for client in clients {
            for event in expected {
                let next = try client.next(until: .now + .seconds(5))
                #expect(next?.lxcPath == path)
                #expect(next?.message == StateMessage(name: "c1", event: event))
            }
        }
        try daemon.end(path)
        #expect(daemon.failure.with { $0 } == nil)
        #expect(try clients[0].next(until: .now + .seconds(5)) == nil)
        #expect(!clients[0].isConnected)
        #expect(try FileStatus.ifPresent(run.monitorFifo(lxcPath: path)) == nil)
        try removeFolder(path)
    }

    @Test func aStateThatAClientReportsIsNotPublishedAgain() throws {
        let path = try temporaryFolder("run")
        let run = RunDirectory(path: path)
        try FakeMonitor.with(run: run) { monitor in
            let daemon = try Daemon(monitor.lxcPath, run)
            let client = try MonitorClient(lxcPaths: [monitor.lxcPath], daemon: "/nowhere")
            (MonotonicInstant.now + .milliseconds(100)).sleep()
            try monitor.client.serveState(.freezing)
            try monitor.perform { $0.publisher.change(to: .frozen) }
            #expect(try client.next(until: .now + .seconds(5))?.message.event == .state(.frozen))
            try daemon.end(monitor.lxcPath)
        }
        try removeFolder(path)
    }

    @Test func endsWhenNobodyListens() throws {
        let path = try temporaryFolder("monitor")
        let run = RunDirectory(path: path + "/run")
        let daemon = try Daemon(path, run, idleLimit: .milliseconds(100))
        var client: MonitorClient? = try MonitorClient(lxcPaths: [path], daemon: "/nowhere")
        (MonotonicInstant.now + .milliseconds(250)).sleep()
        #expect(try FileStatus.ifPresent(run.monitorFifo(lxcPath: path)) != nil)
        withExtendedLifetime(client) {}
        client = nil
        daemon.thread.join()
        #expect(try FileStatus.ifPresent(run.monitorFifo(lxcPath: path)) == nil)
        try removeFolder(path)
    }

    @Test func aPipeThatIsAnOrdinaryFileIsNotUsed() throws {
        let path = try temporaryFolder("monitor")
        let run = RunDirectory(path: path + "/run")
        try HostPath.makeDirectories(run.folder(of: path))
        try write(run.monitorFifo(lxcPath: path), "")
        #expect(try !MonitorChannel(lxcPath: path, in: run).publish(StateMessage(name: "c1", event: .state(.running))))
        #expect(try WholeFile.read(run.monitorFifo(lxcPath: path)) == [])
        let daemon = try Daemon(path, run, starts: false)
        daemon.thread.join()
        #expect(daemon.failure.with { $0 }?.errno == .notPermitted)
        try removeFolder(path)
    }

    @Test func publishingIntoAFullPipeDoesNotWait() throws {
        let path = try temporaryFolder("monitor")
        let run = RunDirectory(path: path + "/run")
        try HostPath.makeDirectories(run.folder(of: path))
        try HostPath.makeFifo(run.monitorFifo(lxcPath: path), mode: 0o600)
        let held = try OwnedDescriptor(opening: run.monitorFifo(lxcPath: path), [.readWrite, .nonBlocking])
        let channel = MonitorChannel(lxcPath: path, in: run)
        var published = 0
        while try channel.publish(StateMessage(name: "c1", event: .state(.running))), published < 10_000 { published += 1 }
        #expect(published > 10 && published < 10_000)
        _ = held.number
        try removeFolder(path)
    }

    @Test(.enabled(if: PeerLXC.isAvailable, PeerLXC.requirement)) func debiansMonitorReadsFromOurDaemon() throws {
        let path = try temporaryFolder("monitor")
        let run = RunDirectory(path: "/run/lxc")
        let daemon = try Daemon(path, run)
        let monitor = try RunningProgram(["stdbuf", "-oL", "lxc-monitor", "-P", path, "-n", "c.*"])
        (MonotonicInstant.now + .milliseconds(300)).sleep()
        try sequence(run, path)
        let last = try monitor.waitForOutput("'c1' changed state to [STOPPED]\n")
        #expect(last)
        try monitor.signal(15)
        let output = try monitor.finish().output
        #expect(
            output == """
                'c1' changed state to [STARTING]
                'c1' changed state to [RUNNING]
                'c1' exited with status [3]
                'c1' changed state to [STOPPING]
                'c1' changed state to [STOPPED]

                """)
        let quit = try LXCRuntimeTests.run("lxc-monitor", "-P", path, "-Q")
        #expect(quit.status == .exited(0))
        // Debian's client does not wait to be heard: when the daemon looks, it may be gone already, and its word does not count.
        _ = try MonitorClient.quitDaemon(lxcPath: path)
        daemon.thread.join()
        try removeFolder(path)
    }

    @Test(.enabled(if: PeerLXC.isAvailable, PeerLXC.requirement)) func ourMonitorStartsDebiansDaemonAndSeesARealContainer() throws {
        try PeerContainer.with("c1", start: false) { container in
            let client = try MonitorClient(lxcPaths: [container.lxcPath + "/"], daemon: "/usr/libexec/lxc/lxc-monitord")
            try container.start()
            // The client that reports a state writes it to the pipe, not the monitor.
            try container.client.serveState(.frozen)
            try LXCRuntimeTests.run("lxc-stop", "-k", "-P", container.lxcPath, "-n", "c1")
            var seen: [StateMessage.Event] = []
            while seen.last != .state(.stopped), let event = try client.next(until: .now + .seconds(5)) {
                #expect(event.message.name == "c1")
                #expect(event.lxcPath == container.lxcPath)
                seen.append(event.message.event)
            }
            #expect(seen == [.state(.starting), .state(.running), .exited(waitStatus: 9), .state(.stopping), .state(.stopped)])
            #expect(try MonitorClient.quitDaemon(lxcPath: container.lxcPath))
        }
    }

    @Test func aDaemonThatCannotBeStartedIsNamed() throws {
        let path = try temporaryFolder("monitor")
        let failure = #expect(throws: KernelError.self) { _ = try MonitorClient(lxcPaths: [path], daemon: "/nowhere/lxc-monitord") }
        #expect(failure?.subject == "/nowhere/lxc-monitord")
        #expect(failure?.errno == .noSuchFileOrDirectory)
        try removeFolder(path)
    }
}

/// lxc-wait's logic.
@Suite struct ControlWaiterTests {
    @Test func aStateThatHoldsIsReachedAtOnce() throws {
        try FakeMonitor.with { monitor in
            let waiter = StateWaiter(lxcPath: monitor.lxcPath, name: "c1")
            let held = try waiter.wait(for: [.running], timeout: .zero)
            #expect(held == .running)
            let start = MonotonicInstant.now
            #expect(try waiter.wait(for: [.stopped], timeout: .zero) == nil)
            #expect(MonotonicInstant.now < start + .milliseconds(150))
        }
    }

    @Test func anAbsentContainer() throws {
        let waiter = StateWaiter(lxcPath: "/nowhere", name: "c1")
        #expect(try waiter.wait(for: [.stopped, .running], timeout: nil) == .stopped)
        #expect(try waiter.wait(for: [.running], timeout: .zero) == nil)
        let start = MonotonicInstant.now
        #expect(try waiter.wait(for: [.running], timeout: .milliseconds(120)) == nil)
        #expect(MonotonicInstant.now >= start + .milliseconds(120))
        #expect(MonotonicInstant.now < start + .milliseconds(400))
    }

    @Test func waitsForAChangeAndForTheEnd() throws {
        try FakeMonitor.with { monitor in
            let waiter = StateWaiter(lxcPath: monitor.lxcPath, name: "c1")
            let reached = Locked<[ContainerState?]>([])
            let threads = [[ContainerState.frozen], [.stopped]].map { states in
                let thread = TestThread()
                thread.start {
                    do {
                        let state = try waiter.wait(for: Set(states), timeout: .seconds(10))
                        reached.with { $0.append(state) }
                    } catch { Issue.record(error) }
                }
                return thread
            }
            #expect(try monitor.eventually { $0.publisher.watchers.count == 2 })
            try monitor.perform { $0.publisher.change(to: .frozen) }
            threads[0].join()
            try monitor.perform {
                try $0.server.close()
                $0.publisher.finishRun(rebooting: false)
            }
            threads[1].join()
            #expect(reached.with { $0 } == [.frozen, .stopped])
        }
    }

    @Test func seesAContainerStart() throws {
        let folder = try temporaryFolder("wait")
        let reached = Locked<ContainerState?>(nil)
        let thread = TestThread()
        thread.start {
            do {
                let state = try StateWaiter(lxcPath: folder, name: "late").wait(for: [.running], timeout: .seconds(10))
                reached.with { $0 = state }
            } catch { Issue.record(error) }
        }
        (MonotonicInstant.now + .milliseconds(100)).sleep()
        let loop = try EventLoop()
        let publisher = StatePublisher(name: "late", state: .starting, channel: nil)
        let server = try ControlServer(lxcPath: folder, name: "late", loop: loop, publisher: publisher)
        try server.startAccepting()
        try loop.run(until: { publisher.watchers.count == 1 }, deadline: .now + .seconds(5))
        publisher.change(to: .running)
        thread.join()
        #expect(reached.with { $0 } == .running)
        try server.close()
        try removeFolder(folder)
    }
}
