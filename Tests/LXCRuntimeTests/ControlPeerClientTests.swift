// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel
import Testing

/// Our client against a monitor of Debian's lxc.
@Suite(.enabled(if: PeerLXC.isAvailable, PeerLXC.requirement), .serialized)
struct ControlPeerClientTests {
    @Test func asksForEverything() throws {
        try PeerContainer.with("c1") { container in
            let client = container.client
            #expect(try client.state() == .running)
            #expect(try client.isRunning())
            let pid = try client.initPID()
            #expect(pid > 1)
            #expect(try client.initPIDFD().isRunning)
            // mount, cgroup, uts, ipc, pid, net
            #expect(try client.cloneFlags() == 0x6e02_0000)
            #expect(try client.name() == "c1")
            #expect(try client.lxcPath() == container.lxcPath)
            #expect(try client.configItem("lxc.group") == "alpha\n" || client.configItem("lxc.group") == "alpha")
            #expect(try client.configItem("lxc.no.such.key") == nil)
            #expect(try client.configItem("lxc.hook.stop") == nil)
            #expect(try client.systemdScope() == nil)
            try client.windowChanged()
            #expect(try FileStatus(of: client.devptsDescriptor().owned).kind == .directory)
            #expect(throws: ControlError.refused(.badFileDescriptor)) { try client.seccompDescriptor() }
        }
    }

    @Test func asksForCgroups() throws {
        try PeerContainer.with("c1") { container in
            let client = container.client
            let pid = try client.initPID()
            let lines = try WholeFile.text("/proc/\(pid)/cgroup").split(separator: "\n")
            let (arrangement, directories) = try client.cgroupDescriptors()
            #expect(arrangement.layout != .unknown)
            #expect(directories.count >= 1)
            for directory in directories { #expect(try FileStatus(of: directory.owned).kind == .directory) }
            if arrangement.layout == .unified {
                #expect(try client.cgroup2Descriptor().number >= 0)
            } else {
                #expect(throws: ControlError.refused(.invalidArgument)) { try client.cgroup2Descriptor() }
                let path = try client.cgroup("memory")
                #expect(lines.contains { $0.hasSuffix(":memory:\(path)") })
                #expect(try client.cgroup("memory", .limits) == path)
                let (record, directory) = try client.cgroupDescriptor("memory")
                #expect(record.filesystem == .version1)
                #expect(record.arrangement.layout == arrangement.layout)
                let listed = try DirectoryHandle(owning: directory.duplicate(), label: "memory").status("memory.limit_in_bytes")
                #expect(listed != nil)
            }
            #expect(throws: ControlError.refused(.noSuchFileOrDirectory)) { try client.cgroupDescriptor("nonsense") }
        }
    }

    @Test func readsAndClearsTheConsoleLog() throws {
        try PeerContainer.with("c1") { container in
            let client = container.client
            let pid = try client.initPID()
            // busybox' init writes to the console once its getty is there; write our own line to be sure.
            try OwnedDescriptor(opening: "/proc/\(pid)/root/dev/console", [.writeOnly, .noControllingTerminal])
                .writeAll("a line of ours\n".utf8)
            var log: [UInt8] = []
            let deadline = MonotonicInstant.now + .seconds(5)
            while !String(kernelBytes: log).contains("a line of ours"), !deadline.hasPassed {
                log += try client.consoleLog(ConsoleLogQuery(read: true))
            }
            #expect(String(kernelBytes: log).contains("a line of ours"))
            #expect(try client.consoleLog(ConsoleLogQuery(clear: true)) == [])
            // The container's own init may have said something since.
            let rest = try client.consoleLog(ConsoleLogQuery(clear: true, read: true))
            #expect(!String(kernelBytes: rest).contains("a line of ours"))
        }
    }

    @Test func aLeaseHoldsATerminalUntilItGoes() throws {
        try PeerContainer.with("c1") { container in
            let client = container.client
            var first: TerminalLease? = try client.terminal(.anyFree)
            #expect(first?.number == 1)
            let second = try client.terminal(.tty(2))
            #expect(second.number == 2)
            #expect(throws: ControlError.refused(.badFileDescriptor)) { try client.terminal(.anyFree) }
            #expect(throws: ControlError.refused(.badFileDescriptor)) { try client.terminal(.tty(3)) }
            first = nil
            // The monitor takes it back when it sees the end of the connection.
            var again: TerminalLease?
            for _ in 0..<50 where again == nil {
                do throws(ControlError) { again = try client.terminal(.tty(1)) } catch {
                    #expect(error == .refused(.badFileDescriptor))
                    (MonotonicInstant.now + .milliseconds(20)).sleep()
                }
            }
            #expect(again?.number == 1)
            _ = second.number
        }
    }

    @Test func watchesStatesAndStops() throws {
        try PeerContainer.with("c1") { container in
            let client = container.client
            guard case .reached(let state) = try client.addStateClient(WantedStates([.running, .stopped])) else {
                Issue.record("RUNNING holds, but the monitor did not say so")
                return
            }
            #expect(state == .running)
            guard case .waiting(let frozen) = try client.addStateClient(WantedStates([.frozen])),
                case .waiting(let stopped) = try client.addStateClient(WantedStates([.stopped]))
            else {
                Issue.record("not registered")
                return
            }
            #expect(throws: ControlError.timedOut) { try frozen.next(until: .now + .milliseconds(20)) }
            try client.serveState(.frozen)
            #expect(try frozen.next(until: .now + .seconds(5)) == .frozen)
            #expect(try client.state() == .frozen)
            try client.serveState(.thawed)
            #expect(try client.state() == .running)
            try client.stop()
            #expect(try stopped.next(until: .now + .seconds(5)) == .stopped)
            #expect(try client.state() == .stopped)
            #expect(try !client.isRunning())
            try client.stop()
            #expect(throws: ControlError.stopped) { try client.initPID() }
        }
    }

    @Test("N10: a monitor that hangs ends in a timeout") func aMonitorThatHangsEndsInATimeout() throws {
        try PeerContainer.with("c1") { container in
            var client = container.client
            client.timeLimit = .milliseconds(200)
            let monitor = try WholeFile.text("/proc/\(try client.initPID())/stat").split(separator: " ")[3]
            let pid = try #require(Int32(monitor))
            try ProcessControl.send(19, to: pid)
            let start = MonotonicInstant.now
            #expect(throws: ControlError.timedOut) { try client.state() }
            #expect(throws: ControlError.timedOut) { try client.stop() }
            #expect(MonotonicInstant.now < start + .seconds(2))
            try ProcessControl.send(18, to: pid)
        }
    }

    @Test func findsLongNamesByTheirHash() throws {
        try PeerContainer.with("c1", folder: String(repeating: "x", count: 90)) { container in
            let client = container.client
            #expect(client.address.text.hasPrefix("lxc/"))
            let path = try client.lxcPath()
            #expect(path == container.lxcPath)
        }
    }
}
