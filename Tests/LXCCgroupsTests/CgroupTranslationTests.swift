// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LXCCgroups

/// Settings of one version of cgroups in the words of the other.
struct CgroupTranslationTests {
    private func written(_ outcome: CgroupTranslation.Outcome) -> [String]? {
        guard case .settings(let settings) = outcome else { return nil }
        return settings.map { "\($0.file) = \($0.value)" }
    }

    @Test(arguments: [
        ("memory.limit_in_bytes", "134217728", ["memory.max = 134217728"]), ("memory.limit_in_bytes", "128M", ["memory.max = 128M"]),
        ("memory.limit_in_bytes", "-1", ["memory.max = max"]), ("memory.soft_limit_in_bytes", "1G", ["memory.low = 1G"]),
        ("memory.use_hierarchy", "1", []), ("memory.memsw.limit_in_bytes", "-1", ["memory.swap.max = max"]),
        ("cpu.shares", "1024", ["cpu.weight = 39"]), ("cpu.shares", "2", ["cpu.weight = 1"]),
        ("cpu.shares", "262144", ["cpu.weight = 10000"]),
        ("cpu.cfs_quota_us", "50000", ["cpu.max = 50000"]), ("cpu.cfs_quota_us", "-1", ["cpu.max = max"]),
        ("cpu.cfs_period_us", "200000", ["cpu.max = max 200000"]), ("blkio.weight", "10", ["io.weight = 1"]),
        ("blkio.weight", "1000", ["io.weight = 10000"]), ("blkio.throttle.read_bps_device", "8:0 1048576", ["io.max = 8:0 rbps=1048576"]),
        ("blkio.throttle.write_iops_device", "8:0 0", ["io.max = 8:0 wiops=max"]), ("pids.max", "100", ["pids.max = 100"]),
        ("cpuset.cpus", "0-1", ["cpuset.cpus = 0-1"]), ("hugetlb.2MB.limit_in_bytes", "-1", ["hugetlb.2MB.max = max"]),
        ("freezer.state", "FROZEN", ["cgroup.freeze = 1"]), ("memory.max", "1G", ["memory.max = 1G"]),
    ]) func unified(file: String, value: String, expected: [String]) {
        var translation = CgroupTranslation()
        #expect(written(translation.toUnified(file, value)) == expected)
    }

    @Test func whatDependsOnOthers() {
        var translation = CgroupTranslation()
        _ = translation.toUnified("memory.limit_in_bytes", "1M")
        #expect(written(translation.toUnified("memory.memsw.limit_in_bytes", "3M")) == ["memory.swap.max = 2097152"])
        _ = translation.toUnified("cpu.cfs_period_us", "200000")
        #expect(written(translation.toUnified("cpu.cfs_quota_us", "50000")) == ["cpu.max = 50000 200000"])
        #expect(written(translation.toUnified("cpu.cfs_period_us", "100000")) == ["cpu.max = 50000 100000"])
        var known = CgroupTranslation(cpuMax: "30000 100000\n")
        #expect(written(known.toUnified("cpu.cfs_period_us", "50000")) == ["cpu.max = 30000 50000"])
        var legacy = CgroupTranslation()
        _ = legacy.toLegacy("memory.max", "1M")
        #expect(written(legacy.toLegacy("memory.swap.max", "2M")) == ["memory.memsw.limit_in_bytes = 3145728"])
    }

    @Test(arguments: [
        ("cpu.shares", "1"), ("cpu.shares", "x"), ("blkio.weight", "5"), ("blkio.throttle.read_bps_device", "8:0"), ("freezer.state", "ON"),
        ("memory.memsw.limit_in_bytes", "1M"), ("memory.memsw.limit_in_bytes", "nonsense"),
    ]) func meaningless(file: String, value: String) {
        var translation = CgroupTranslation()
        guard case .invalid = translation.toUnified(file, value) else {
            Issue.record("\(file) = \(value) was taken")
            return
        }
    }

    @Test(arguments: ["memory.swappiness", "memory.kmem.limit_in_bytes", "net_cls.classid", "cpu.rt_runtime_us"])
    func withoutCounterpart(file: String) {
        var translation = CgroupTranslation()
        #expect(translation.toUnified(file, "1") == .nothing)
    }

    @Test(arguments: [
        ("memory.max", "128M", ["memory.limit_in_bytes = 128M"]), ("memory.max", "max", ["memory.limit_in_bytes = -1"]),
        ("cpu.max", "50000 100000", ["cpu.cfs_period_us = 100000", "cpu.cfs_quota_us = 50000"]),
        ("cpu.max", "max", ["cpu.cfs_quota_us = -1"]),
        ("cpu.weight", "1", ["cpu.shares = 2"]), ("cpu.weight", "10000", ["cpu.shares = 262144"]), ("pids.max", "9", ["pids.max = 9"]),
        ("io.weight", "default 1", ["blkio.weight = 10"]),
        ("io.max", "8:0 rbps=1 wiops=max", ["blkio.throttle.read_bps_device = 8:0 1", "blkio.throttle.write_iops_device = 8:0 0"]),
        ("hugetlb.2MB.max", "max", ["hugetlb.2MB.limit_in_bytes = -1"]), ("cgroup.freeze", "1", ["freezer.state = FROZEN"]),
    ]) func legacy(file: String, value: String, expected: [String]) {
        var translation = CgroupTranslation()
        #expect(written(translation.toLegacy(file, value)) == expected)
    }

    @Test func nothingOverflows() {
        var translation = CgroupTranslation()
        #expect(CgroupTranslation.bytes("18446744073709551615") == UInt64.max)
        #expect(CgroupTranslation.bytes("18446744073709551616") == nil && CgroupTranslation.bytes("99999999999T") == nil)
        _ = translation.toLegacy("memory.max", "18446744073709551615")
        #expect(written(translation.toLegacy("memory.swap.max", "5")) == ["memory.memsw.limit_in_bytes = -1"])
        #expect(translation.toUnified("cpu.shares", "99999999999999999999") == .invalid("it is no number of shares from 2 to 262144"))
    }
}
