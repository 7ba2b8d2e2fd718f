// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// kill -9 at any moment of a start: nothing stays behind that the next command does not clean up.
@Suite(.needsRoot, .serialized) struct KillTests {
    @Test(arguments: Victim.allCases)
    func nothingStaysBehindAfterAStart(victim: Victim) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("kill", config: ["lxc.net.0.type = empty"])
            let scene = KillScene(fixture: fixture, name: name)
            var count = KillCount(title: "start, \(victim)")
            count.usual = try fixture.succeed("start", "-n", name).duration
            try fixture.succeed("stop", "-n", name, "-k")
            let files = try fixture.runFiles()
            for round in 0..<KillScene.repetitions {
                let delay = KillScene.moment(of: count.usual)
                let moment = "round \(round), \(victim) after \(delay) µs"
                let tool = try fixture.begin("start", "-n", name)
                Pause.microseconds(delay)
                count.hits += try scene.strike(victim, tool) ? 1 : 0
                try tool.wait(seconds: 15)
                count.rounds += 1
                // Without its supervisor nobody is left whose work could be waited for.
                let runs = try victim == .supervisor ? fixture.state(name) == "RUNNING" : scene.settle()
                if runs { try fixture.succeed("stop", "-n", name, "-k") }
                guard try scene.isUsable(moment) else { break }
            }
            print(count)
            #expect(try fixture.runFiles() == files)
        }
    }

    /// I-3: by default the container does not survive its supervisor.
    @Test func theContainerDiesWithItsSupervisor() throws {
        try withContainers { fixture in
            let name = try fixture.busybox(
                "orphan", config: ["lxc.net.0.type = empty", "lxc.hook.post-stop = echo post >> \(fixture.lxcpath)/hooks #"])
            let pidFile = fixture.lxcpath + "/pid"
            try fixture.succeed("start", "-n", name, "-p", pidFile)
            let supervisor = try WholeFile.text(pidFile)
            let pid = try fixture.initPID(name)
            _ = try fixture.run("/bin/kill", ["-9", supervisor])
            #expect(try fixture.eventually { try FileStatus.ifPresent("/proc/\(pid)") == nil })
            #expect(try fixture.state(name) == "STOPPED")
            // The next start finishes the teardown: cgroups, pid file, and the hook that was owed.
            try fixture.succeed("start", "-n", name)
            #expect(try WholeFile.text(fixture.lxcpath + "/hooks") == "post\n")
            #expect(try FileStatus.ifPresent(pidFile) == nil)
            try fixture.succeed("stop", "-n", name, "-k")
        }
    }

    /// A supervisor that does not answer does not hang those who ask.
    @Test func aStoppedSupervisorDoesNotHangItsClients() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("hung", config: ["lxc.net.0.type = empty"])
            let pidFile = fixture.lxcpath + "/pid"
            try fixture.succeed("start", "-n", name, "-p", pidFile)
            let supervisor = try WholeFile.text(pidFile)
            _ = try fixture.run("/bin/kill", ["-STOP", supervisor])
            defer { _ = try? fixture.run("/bin/kill", ["-CONT", supervisor]) }  // it may be gone
            let ls = try fixture.lxc("ls", "-f", seconds: 40)
            #expect(ls.duration < .seconds(35), "\(ls)")
        }
    }
}
