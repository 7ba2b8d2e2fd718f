// SPDX-License-Identifier: Apache-2.0
import Glibc
import LXCConfig
import LinuxKernel
import Testing

@testable import LXCCgroups

@Suite struct ControlFileTests {
    @Test(arguments: [
        ("memory.limit_in_bytes", "memory", "memory"), ("pids.max", "pids", "pids"), ("cgroup.freeze", "cgroup", nil),
        ("cpu.cfs_quota_us", "cpu", "cpu"), ("hugetlb.2MB.max", "hugetlb", "hugetlb"),
    ])
    func choosesTheController(name: String, controller: String, requested: String?) throws {
        let file = try ControllerFile(name)
        #expect(file.controller == controller)
        #expect(file.requestedController == requested)
    }

    @Test(arguments: [
        "", ".", "..", "../x.y", "tasks", ".max", "memory.", "a/b.c", "/etc/x.y", "a.b\0c", String(repeating: "a.", count: 200),
    ])
    func refusesOtherNames(name: String) {
        #expect(throws: CgroupError.invalidObject(name)) { try ControllerFile(name) }
    }

    @Test(.needsController("pids")) func setsAndGetsOnThisHost() throws {
        let cgroups = try ContainerCgroups(layout: .detect(), placement: CgroupPlacement(name: uniqueName("object")))
        try cgroups.createPayload()
        defer { _ = cgroups.removePayload() }
        let file = try ControllerFile("pids.max")
        let directory = try cgroups.openPayload(for: file)
        #expect(try file.read(in: directory) == "max")
        try file.write("77", in: directory)
        #expect(try file.read(in: directory) == "77")
        #expect(throws: KernelError.self) { try file.write("nonsense", in: directory) }
        #expect(throws: KernelError.self) { _ = try ControllerFile("pids.nosuch").read(in: directory) }
        #expect(throws: CgroupError.noController("nosuch")) { _ = try cgroups.openPayload(for: ControllerFile("nosuch.max")) }
        let core = try ControllerFile("cgroup.procs")
        #expect(try core.read(in: try cgroups.openPayload(for: core)) == "")
    }

    /// Statistics are read from plain files in a temporary folder.
    private func statistics(
        _ files: [String: String], _ version: CgroupVersion, _ sources: [CgroupStatistics.Source] = CgroupStatistics.Source.allCases
    ) throws -> CgroupStatistics {
        let folder = "/tmp/\(uniqueName("stat"))-\(UInt32.random(in: 0...UInt32.max))"
        #expect(mkdir(folder, 0o755) == 0)
        defer { rmdir(folder) }
        for (name, text) in files {
            let file = try OwnedDescriptor(opening: "\(folder)/\(name)", [.writeOnly, .create])
            try file.writeAll(Array(text.utf8))
        }
        defer { for name in files.keys { unlink("\(folder)/\(name)") } }
        let directory = try CgroupDirectory(opening: folder)
        var result = CgroupStatistics()
        for source in sources { try result.read(source, in: directory, version) }
        return result
    }

    @Test func readsVersion1() throws {
        let result = try statistics(
            [
                "cpuacct.usage": "8641853\n", "memory.usage_in_bytes": "1048576\n", "memory.kmem.usage_in_bytes": "462848\n",
                "blkio.throttle.io_service_bytes": "8:0 Read 5\n8:0 Write 7\n8:0 Total 12\nTotal 12\n",
            ], .v1)
        #expect(result.cpuNanoseconds == 8_641_853)
        #expect(result.memoryBytes == 1_048_576)
        #expect(result.kernelMemoryBytes == 462_848)
        #expect(result.blockIOBytes == 12)
    }

    @Test func readsVersion2() throws {
        let result = try statistics(
            [
                "cpu.stat": "usage_usec 8641\nuser_usec 1\n",
                "io.stat": "8:0 rbytes=100 wbytes=20 rios=1 wios=1 dbytes=9\n254:1 rbytes=3\n8:16 \n",
                "memory.stat": "anon 100\nfile 20\nkernel_stack 1\npagetables 2\nsock 3\nslab 4\nslab_reclaimable 9\n",
            ], .v2)
        #expect(result.cpuNanoseconds == 8_641_000)
        #expect(result.memoryBytes == 120)
        #expect(result.kernelMemoryBytes == 10)
        #expect(result.blockIOBytes == 123)
    }

    @Test(arguments: [CgroupVersion.v1, .v2])
    func missingAndStrangeFilesGiveNothing(version: CgroupVersion) throws {
        #expect(try statistics([:], version) == CgroupStatistics())
        let huge = "99999999999999999999"
        let result = try statistics(
            [
                "cpuacct.usage": "-1", "memory.usage_in_bytes": "", "blkio.throttle.io_service_bytes": "Total \n",
                "cpu.stat": "usage_usec \(UInt64.max)\n",
                "memory.stat": "anon \(UInt64.max)\nfile 1\nslab \(huge)\n", "memory.kmem.usage_in_bytes": huge,
                "io.stat": "8:0 rbytes=\(UInt64.max) wbytes=1\n",
            ], version)
        #expect(result == CgroupStatistics())
    }

    @Test(arguments: [
        (CgroupVersion.v1, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"),
        (.v2, "memory.events", "low 0\nhigh 0\nmax 41\noom 2\noom_kill 3\noom_group_kill 0\n"),
    ])
    func readsWhichLimitsWereMet(version: CgroupVersion, file: String, text: String) throws {
        let result = try statistics([file: text, "pids.events": "max 12\n"], version)
        #expect(result.memoryKills == 3 && result.refusedForks == 12)
        #expect(try statistics([file: "oom_kill\n", "pids.events": "max x\n"], version) == CgroupStatistics())
    }

    @Test func nothingTransferredIsZero() throws {
        #expect(try statistics(["blkio.throttle.io_service_bytes": "\n"], .v1).blockIOBytes == 0)
        #expect(try statistics(["io.stat": ""], .v2).blockIOBytes == 0)
    }

    @Test(.needsController("memory")) func readsThisHost() throws {
        let layout = try CgroupLayout.detect()
        let cgroups = try ContainerCgroups(layout: layout, placement: CgroupPlacement(name: uniqueName("usage")))
        try cgroups.createPayload()
        let process = try Sleeper(["/bin/sh", "-c", "while :; do :; done"])
        try cgroups.enter(.payload, pid: process.pid)
        usleep(100_000)
        let statistics = try cgroups.statistics(CgroupStatistics.Source.allCases)
        #expect((statistics.cpuNanoseconds ?? 0) > 1_000_000)
        #expect(statistics.memoryBytes != nil)
        kill(process.pid, SIGKILL)
        _ = process.status()
        #expect(cgroups.removePayload().isComplete)
    }
}
