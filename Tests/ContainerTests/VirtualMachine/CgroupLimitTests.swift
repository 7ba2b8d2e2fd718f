// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Limits on a host with cgroup v2 alone, which has all controllers.
extension VirtualMachineTests {
    @Suite(.needsVirtualMachine("plain"), .serialized) struct CgroupLimitTests {
        private func inside(_ fixture: ContainerFixture, _ name: String, _ script: String) throws -> ToolResult {
            try fixture.lxc("attach", "-n", name, "--", "/bin/sh", "-c", script)
        }

        /// Post 6: a limit in the words of cgroup v1.
        @Test func aLimitOfMemoryInOldWordsIsKept() throws {
            try withContainers { fixture in
                let name = try fixture.busybox(
                    "p1",
                    config: [
                        "lxc.net.0.type = empty", "lxc.mount.auto = cgroup:rw proc:rw", "lxc.cgroup.memory.limit_in_bytes = 134217728",
                    ])
                try fixture.succeed("start", "-n", name)
                #expect(try fixture.succeed("cgroup", "-n", name, "memory.limit_in_bytes").lines.first == "134217728")
                #expect(try fixture.succeed("cgroup", "-n", name, "memory.max").lines.first == "134217728")
                // What the process holds in memory is more than that; tail keeps a line without an end.
                let hog = try inside(fixture, name, "head -c 300000000 /dev/zero | tail -n 1 | wc -c; cat /proc/self/cgroup")
                #expect(!hog.output.contains("300000000"), "\(hog)")
                #expect(try fixture.succeed("cgroup", "-n", name, "memory.events").output.contains("oom_kill 1"))
                let info = try fixture.succeed("info", "-n", name).output
                #expect(info.contains("RUNNING") && info.contains("Memory kills:   1, at the limit of memory"), "\(info)")
                try fixture.succeed("cgroup", "-n", name, "memory.limit_in_bytes", "256M")
                #expect(try fixture.succeed("cgroup", "-n", name, "memory.max").lines.first == "268435456")
                try fixture.succeed("cgroup", "-n", name, "cpu.shares", "512")
                try fixture.succeed("cgroup", "-n", name, "cpu.cfs_quota_us", "50000")
                try fixture.succeed("cgroup", "-n", name, "cpu.cfs_period_us", "200000")
                #expect(try fixture.succeed("cgroup", "-n", name, "cpu.max").lines.first == "50000 200000")
                #expect(try fixture.succeed("cgroup", "-n", name, "cpu.weight").lines.first == "20")
                let wrong = try fixture.lxc("cgroup", "-n", name, "cpu.shares", "1")
                #expect(wrong.code == 1 && wrong.error.contains("from 2 to 262144"), "\(wrong)")
            }
        }

        @Test func allLimitsOfAnOldConfiguration() throws {
            try withContainers { fixture in
                let name = try fixture.busybox(
                    "old",
                    config: [
                        "lxc.net.0.type = empty", "lxc.cgroup.memory.limit_in_bytes = 64M", "lxc.cgroup.memory.memsw.limit_in_bytes = 96M",
                        "lxc.cgroup.memory.swappiness = 10", "lxc.cgroup.cpuset.cpus = 0", "lxc.cgroup.cpu.shares = 1024",
                        "lxc.cgroup.pids.max = 100", "lxc.cgroup.cpu.cfs_period_us = 200000", "lxc.cgroup.cpu.cfs_quota_us = 100000",
                        "lxc.cgroup.net_cls.classid = 1", "lxc.cgroup.memory.use_hierarchy = 1",
                    ])
                let log = fixture.folder(name) + "/log"
                try fixture.succeed("start", "-n", name, "-o", log, "-l", "INFO")
                for (file, value) in [
                    ("memory.max", "67108864"), ("memory.swap.max", "33554432"), ("cpuset.cpus", "0"), ("cpu.weight", "39"),
                    ("pids.max", "100"),
                    ("cpu.max", "100000 200000"),
                ] {
                    #expect(try fixture.succeed("cgroup", "-n", name, file).lines.first == value, "\(file)")
                }
                let text = try WholeFile.text(log)
                #expect(text.contains("lxc.cgroup.memory.limit_in_bytes = 64M is lxc.cgroup2.memory.max = 64M on this host"))
                #expect(text.contains("lxc.cgroup.memory.swappiness is left out: cgroup v2, which this host has, knows nothing like it"))
            }
        }

        @Test func aMisspeltOneStopsTheStart() throws {
            try withContainers { fixture in
                let name = try fixture.busybox("typo", config: ["lxc.net.0.type = empty", "lxc.cgroup.memroy.limit_in_bytes = 64M"])
                let refused = try fixture.lxc("start", "-n", name)
                #expect(
                    refused.code == 1 && refused.error.contains("no cgroup hierarchy with the controller \"memroy\" is mounted"),
                    "\(refused)")
            }
        }

        /// The host does not notice a container that starts processes without end, and the container can be stopped.
        @Test func aForkBombStaysInside() throws {
            try withContainers { fixture in
                let name = try fixture.busybox("bomb", config: ["lxc.net.0.type = empty", "lxc.cgroup2.pids.max = 64"])
                try fixture.succeed("start", "-n", name)
                let bomb = try fixture.launch(
                    fixture.installation.bin + "/lxc-attach",
                    [
                        "-P", fixture.lxcpath, "-n", name, "--", "/bin/sh", "-c",
                        "exec 2> /dev/null; bomb() { bomb | bomb & }; while :; do bomb; done",
                    ])
                #expect(try fixture.eventually { try fixture.succeed("cgroup", "-n", name, "pids.events").lines.first != "max 0" })
                let count = Int(try fixture.succeed("cgroup", "-n", name, "pids.current").lines.first ?? "") ?? 0
                #expect(count <= 64)
                let before = ContinuousClock.now
                try fixture.succeed("stop", "-k", "-n", name)
                // 2 s on real hardware; the emulated processor needs more for each of the processes.
                #expect(ContinuousClock.now - before < .seconds(10))
                #expect(try fixture.succeed("info", "-n", name, "-s").output.contains("STOPPED"))
                _ = bomb.isRunning
            }
        }
    }
}
