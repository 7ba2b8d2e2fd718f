// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers that do not keep within their limits: the host does not mind, and the reason can be learned.
@Suite(
    .needsRoot,
    .enabled("needs the cgroup controllers memory and pids") {
        try FileStatus.ifPresent("/sys/fs/cgroup/memory/memory.limit_in_bytes") != nil
            || WholeFile.text("/sys/fs/cgroup/cgroup.controllers").contains("memory")
    })
struct MetLimitTests {
    private static let config = [
        "lxc.net.0.type = empty", "lxc.cgroup.memory.limit_in_bytes = 67108864", "lxc.cgroup.pids.max = 64", "lxc.log.level = WARN",
    ]

    @Test("S1.83: a hog of memory is killed, and nothing else") func aHogOfMemoryIsKilledAndNothingElse() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("hog", config: Self.config + ["lxc.log.file = \(fixture.lxcpath)/.log"])
            try fixture.succeed("start", "-n", name)
            #expect(!(try fixture.succeed("info", "-n", name).output.contains("Memory kills")))
            let hog = try fixture.lxc("attach", "-n", name, "--", "/bin/sh", "-c", "head -c 200000000 /dev/zero | tail -n 1 | wc -c")
            #expect(!hog.output.contains("200000000"), "\(hog)")
            let info = try fixture.succeed("info", "-n", name)
            #expect(info.output.contains("State:          RUNNING\n"), "\(info)")
            #expect(info.lines.contains { $0.hasPrefix("Memory kills:   1, at the limit of memory") }, "\(info)")
            try fixture.succeed("stop", "-k", "-n", name)
            #expect(try WholeFile.text("\(fixture.lxcpath)/.log").contains("the kernel has killed 1 of the container's processes, because"))
        }
    }

    @Test func aForkBombIsRefusedAndStopped() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("bomb", config: Self.config + ["lxc.log.file = \(fixture.lxcpath)/.log"])
            try fixture.succeed("start", "-n", name)
            _ = try fixture.launch(
                fixture.installation.bin + "/lxc-attach",
                [
                    "-P", fixture.lxcpath, "-n", name, "--", "/bin/sh", "-c",
                    "exec 2> /dev/null; bomb() { bomb | bomb & }; while :; do bomb; done",
                ])
            #expect(try fixture.eventually { try fixture.succeed("info", "-n", name).output.contains("Refused forks:") })
            // The host does not notice: its own programs start.
            #expect(try fixture.run("/bin/true", [], seconds: 5).code == 0)
            let before = ContinuousClock.now
            try fixture.succeed("stop", "-k", "-n", name)
            #expect(ContinuousClock.now - before < .seconds(5))
            #expect(try fixture.state(name) == "STOPPED")
            let log = try WholeFile.text("\(fixture.lxcpath)/.log")
            #expect(log.contains("processes could not be made, because it had as many as its limit"), "\(log)")
        }
    }
}
