// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel
import Testing

/// Debian's tools against our server.
@Suite(.enabled(if: PeerLXC.isAvailable, PeerLXC.requirement))
struct ControlPeerToolTests {
    private func tool(_ name: String, _ monitor: FakeMonitor, _ words: String...) throws -> ProgramResult {
        try RunningProgram([name, "-P", monitor.lxcPath, "-n", monitor.name] + words).finish()
    }

    @Test func infoShowsOurStateAndProcess() throws {
        try FakeMonitor.with(state: .frozen) { monitor in
            let state = try tool("lxc-info", monitor, "-s", "-H")
            #expect(state.output == "FROZEN\n")
            let pid = try tool("lxc-info", monitor, "-p", "-H")
            #expect(pid.output == "\(ProcessControl.pid)\n")
            let config = try tool("lxc-info", monitor, "-c", "lxc.group")
            #expect(config.status == .exited(0))
        }
    }

    @Test func listFindsOurContainer() throws {
        try FakeMonitor.with { monitor in
            let active = try run("lxc-ls", "-P", monitor.lxcPath, "--running", "-1")
            #expect(active.output == "c1\n", "\(active.errors)")
            #expect(try RunningContainers.names(lxcPath: monitor.lxcPath) == ["c1"])
        }
    }

    @Test func waitReturnsWhenTheStateComes() throws {
        try FakeMonitor.with { monitor in
            let now = try tool("lxc-wait", monitor, "-s", "RUNNING", "-t", "5")
            #expect(now.status == .exited(0))
            let later = try RunningProgram(["lxc-wait", "-P", monitor.lxcPath, "-n", "c1", "-s", "FROZEN|STOPPED", "-t", "10"])
            #expect(try monitor.eventually { $0.publisher.watchers.count == 1 })
            try monitor.perform { $0.publisher.change(to: .frozen) }
            #expect(try later.finish().status == .exited(0))
            let stopped = try RunningProgram(["lxc-wait", "-P", monitor.lxcPath, "-n", "c1", "-s", "STOPPED", "-t", "10"])
            #expect(try monitor.eventually { $0.publisher.watchers.count == 1 })
            try monitor.perform {
                try $0.server.close()
                $0.publisher.finishRun(rebooting: false)
            }
            #expect(try stopped.finish().status == .exited(0))
        }
    }

    @Test func cgroupReadsThroughOurDescriptor() throws {
        try FakeMonitor.with { monitor in
            try write("\(monitor.lxcPath)/memory.fake", "12345\n")
            let folder = monitor.lxcPath
            try monitor.perform { $0.delegate.folder = folder }
            let answer = try tool("lxc-cgroup", monitor, "memory.fake")
            #expect(answer.output.hasPrefix("12345\n"), "\(answer.errors)")
            let written = try tool("lxc-cgroup", monitor, "memory.fake", "777")
            #expect(written.status == .exited(0), "\(written.errors)")
            #expect(try WholeFile.text("\(folder)/memory.fake").hasPrefix("777"))
        }
    }

    @Test func stopKillReachesOurDelegateAndWaitsForTheEnd() throws {
        try FakeMonitor.with { monitor in
            let stop = try RunningProgram(["lxc-stop", "-P", monitor.lxcPath, "-n", "c1", "-k"])
            #expect(try monitor.eventually { $0.delegate.calls == ["stop"] })
            // A monitor ends its connections by ending itself.
            try monitor.perform { try $0.server.close() }
            try monitor.perform { $0.server.endStops() }
            #expect(try stop.finish().status == .exited(0))
        }
    }

    @Test func longNamesAreListed() throws {
        let name = "n" + String(repeating: "y", count: 80)
        try FakeMonitor.with(name: name) { monitor in
            let path = monitor.lxcPath
            #expect(CommandAddress(lxcPath: path, name: name).text.hasPrefix("lxc/"))
            #expect(try RunningContainers.names(lxcPath: path) == [name])
            let active = try run("lxc-ls", "-P", path, "--running", "-1")
            #expect(active.output == "\(name)\n")
        }
    }

    @Test func namesWithBlanksAreListed() throws {
        try FakeMonitor.with(name: "a name") { monitor in
            let names = try RunningContainers.names(lxcPath: monitor.lxcPath + "/")
            #expect(names == ["a name"])
        }
    }
}
