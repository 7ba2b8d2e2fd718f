// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// kill -9 at any moment of a start or stop: nothing stays behind that the next command does not clean up.
@Suite(.needsRoot, .serialized) struct KillTests {
    enum Victim: String, CaseIterable, Sendable { case client, supervisor, `init` }

    /// `LXC_TEST_KILLS` repetitions for each victim; 20 by default, 170 for the 500 of the reliability plan.
    private static let repetitions = ProcessEnvironment.value("LXC_TEST_KILLS").flatMap { Int($0) } ?? 20

    @Test(arguments: Victim.allCases)
    func nothingStaysBehind(victim: Victim) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("kill", config: ["lxc.net.0.type = empty"])
            var generator = SystemRandomNumberGenerator()
            for round in 0..<Self.repetitions {
                let delay = Int.random(in: 0...30, using: &generator)
                _ = try fixture.run("/bin/sh", ["-c", Self.script(victim, delay, fixture, name)], seconds: 15)
                let next = try fixture.lxc("start", "-n", name, seconds: 15)
                #expect(next.code == 0, "round \(round), \(victim) after \(delay) ms: \(next)")
                let isRunning = try fixture.state(name) == "RUNNING"
                #expect(isRunning, "round \(round), \(victim) after \(delay) ms")
                let stop = try fixture.lxc("stop", "-n", name, "-k", seconds: 15)
                #expect(stop.code == 0, "round \(round): \(stop)")
                if next.code != 0 || !isRunning || stop.code != 0 { return }
            }
            #expect(try fixture.run("/bin/sh", ["-c", "find /sys/fs/cgroup -name '*\(fixture.tag)*'"]).output == "")
        }
    }

    /// Starts the container and kills the victim some milliseconds later, wherever it is by then.
    private static func script(_ victim: Victim, _ delay: Int, _ fixture: ContainerFixture, _ name: String) -> String {
        let start = "\(fixture.installation.bin)/lxc-start -P \(fixture.lxcpath) -n \(name) > /dev/null 2>&1"
        let pause = "sleep 0.0\(delay < 10 ? "0" : "")\(delay)"
        // The title of the supervisor names this container only, so no other process can be meant.
        let supervisor =
            "for p in /proc/[0-9]*; do case \"$(tr '\\0' ' ' < $p/cmdline 2>/dev/null)\" in \"[lxc monitor] \(fixture.lxcpath) \(name)\"*) echo ${p#/proc/};; esac; done"
        switch victim {
        case .client: return "\(start) & c=$!; \(pause); kill -9 $c; wait $c; sleep 0.1; true"
        case .supervisor: return "\(start) & c=$!; \(pause); s=$(\(supervisor)); [ -z \"$s\" ] || kill -9 $s; wait $c; true"
        case .`init`:
            return
                "\(start) & c=$!; \(pause); for s in $(\(supervisor)); do for t in $(cat /proc/$s/task/$s/children 2>/dev/null); do kill -9 $t; done; done; wait $c; sleep 0.1; true"
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
