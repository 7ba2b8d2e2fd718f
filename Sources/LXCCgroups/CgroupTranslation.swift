// SPDX-License-Identifier: Apache-2.0

/// Says settings of one version of cgroups in the words of the other.
///
/// Some depend on others: a limit for memory and swap together needs the one for memory, and period and quota are one file of version 2. So
/// the settings of a container pass through one of these in their order.
package struct CgroupTranslation: Sendable {
    /// A control file and what is written to it.
    package struct Setting: Sendable, Equatable {
        package let file: String
        package let value: String
        /// File and value that say the same, for a kernel without ``file``; empty when there are none.
        package let fallback: [String]

        init(_ file: String, _ value: String, fallback: [String] = []) {
            self.file = file
            self.value = value
            self.fallback = fallback
        }
    }

    /// What a setting is in the other version.
    package enum Outcome: Sendable, Equatable {
        /// Written one after the other; none when the other version always does what was asked for.
        case settings([Setting])
        /// Nothing there does the same.
        case nothing
        /// The value means nothing, and why.
        case invalid(String)
    }

    /// The limit of memory in bytes; nil when there is none.
    var memoryLimit: UInt64?
    /// Microseconds of `cpu.max`, `max` for no limit; nil when not known.
    var quota: String?
    var period: String?

    /// - Parameter cpuMax: The content of `cpu.max`, when only one of its two numbers is going to be changed.
    package init(cpuMax: String? = nil) {
        let words = (cpuMax ?? "").split { $0 == " " || $0 == "\n" }.map(String.init)
        quota = words.first
        period = words.count > 1 ? words[1] : nil
    }

    // MARK: - Version 1 on a host with version 2

    /// - Parameters:
    ///   - file: A control file as version 1 has it, for example `memory.limit_in_bytes`. One of version 2 stays what it is.
    ///   - value: What would be written.
    /// - Returns: The same for version 2.
    package mutating func toUnified(_ file: String, _ value: String) -> Outcome {
        switch file {
        case "memory.limit_in_bytes":
            memoryLimit = Self.bytes(value)
            return .settings([Setting("memory.max", Self.limit(value))])
        case "memory.memsw.limit_in_bytes": return swap(value)
        case "memory.soft_limit_in_bytes": return .settings([Setting("memory.low", Self.limit(value))])
        case "memory.use_hierarchy": return .settings([])
        case "cpu.cfs_quota_us":
            quota = Self.limit(value)
            return .settings([Setting("cpu.max", (quota ?? "") + (period.map { " " + $0 } ?? ""))])
        case "cpu.cfs_period_us":
            period = value
            return .settings([Setting("cpu.max", "\(quota ?? "max") \(value)")])
        case "cpu.shares":
            return Self.scaled(value, 2...262144, 1...10000).map { .settings([Setting("cpu.weight", $0)]) }
                ?? .invalid("it is no number of shares from 2 to 262144")
        case "blkio.weight", "blkio.bfq.weight":
            return Self.scaled(value, 10...1000, 1...10000).map {
                .settings([Setting("io.weight", $0, fallback: ["io.bfq.weight", value])])
            }
                ?? .invalid("it is no weight from 10 to 1000")
        case "freezer.state": return freeze(value)
        default: return renamedForUnified(file, value)
        }
    }

    private func swap(_ value: String) -> Outcome {
        if Self.limit(value) == "max" { return .settings([Setting("memory.swap.max", "max")]) }
        guard let both = Self.bytes(value) else { return .invalid("it is no number of bytes") }
        guard let memoryLimit, memoryLimit <= both else {
            return .invalid("the limit of memory and swap together needs one of memory before it, and not a larger one")
        }
        return .settings([Setting("memory.swap.max", "\(both - memoryLimit)")])
    }

    private func freeze(_ value: String) -> Outcome {
        switch value {
        case "FROZEN": .settings([Setting("cgroup.freeze", "1")])
        case "THAWED": .settings([Setting("cgroup.freeze", "0")])
        default: .invalid("it is neither FROZEN nor THAWED")
        }
    }

    private func renamedForUnified(_ file: String, _ value: String) -> Outcome {
        if let name = Self.throttles.first(where: { $0.legacy == file })?.unified {
            let words = value.split(separator: " ").map(String.init)
            guard words.count == 2 else { return .invalid("it is no device and a number, such as 8:0 1048576") }
            return .settings([Setting("io.max", "\(words[0]) \(name)=\(words[1] == "0" ? "max" : words[1])")])
        }
        if file.hasPrefix("hugetlb."), file.hasSuffix(".limit_in_bytes") {
            return .settings([Setting(String(file.dropLast("limit_in_bytes".count)) + "max", Self.limit(value))])
        }
        let isOfLegacyAlone = Self.withoutCounterpart.contains { file == $0 || $0.hasSuffix(".") && file.hasPrefix($0) }
        // What has the same name in both, and what was written in the new words from the beginning.
        return isOfLegacyAlone ? .nothing : .settings([Setting(file, value)])
    }

    /// The name of a file of version 1 for reading; nil when version 2 has nothing that shows the same.
    package static func unifiedName(_ file: String) -> String? {
        switch file {
        case "memory.limit_in_bytes": "memory.max"
        case "memory.usage_in_bytes": "memory.current"
        case "memory.max_usage_in_bytes": "memory.peak"
        case "memory.soft_limit_in_bytes": "memory.low"
        case "cpuacct.stat": "cpu.stat"
        case "cpu.cfs_quota_us", "cpu.cfs_period_us": "cpu.max"
        case "freezer.state": "cgroup.freeze"
        case "blkio.throttle.io_service_bytes", "blkio.throttle.io_serviced": "io.stat"
        default: nil
        }
    }

    // MARK: - Version 2 on a host with version 1

    /// - Parameters:
    ///   - file: A control file as version 2 has it, for example `memory.max`.
    ///   - value: What would be written.
    /// - Returns: The same for version 1.
    package mutating func toLegacy(_ file: String, _ value: String) -> Outcome {
        switch file {
        case "memory.max":
            memoryLimit = Self.bytes(value)
            return .settings([Setting("memory.limit_in_bytes", Self.legacyLimit(value))])
        case "memory.low": return .settings([Setting("memory.soft_limit_in_bytes", Self.legacyLimit(value))])
        case "memory.swap.max": return together(value)
        case "cpu.max":
            let words = value.split(separator: " ").map(String.init)
            guard let quota = words.first, words.count <= 2 else { return .invalid("it is no quota with or without a period") }
            let period = words.count == 2 ? [Setting("cpu.cfs_period_us", words[1])] : []
            return .settings(period + [Setting("cpu.cfs_quota_us", Self.legacyLimit(quota))])
        case "cpu.weight":
            return Self.scaled(value, 1...10000, 2...262144).map { .settings([Setting("cpu.shares", $0)]) }
                ?? .invalid("it is no weight from 1 to 10000")
        case "io.weight":
            let number = value.hasPrefix("default ") ? String(value.dropFirst("default ".count)) : value
            return Self.scaled(number, 1...10000, 10...1000).map {
                .settings([Setting("blkio.weight", $0, fallback: ["blkio.bfq.weight", $0])])
            }
                ?? .invalid("it is no weight from 1 to 10000")
        case "io.max": return throttled(value)
        case "cgroup.freeze":
            guard value == "0" || value == "1" else { return .invalid("it is neither 0 nor 1") }
            return .settings([Setting("freezer.state", value == "1" ? "FROZEN" : "THAWED")])
        default:
            if file.hasPrefix("hugetlb."), file.hasSuffix(".max") {
                return .settings([Setting(String(file.dropLast("max".count)) + "limit_in_bytes", Self.legacyLimit(value))])
            }
            return Self.sameInBoth.contains(file) ? .settings([Setting(file, value)]) : .nothing
        }
    }

    private func together(_ value: String) -> Outcome {
        if value == "max" { return .settings([Setting("memory.memsw.limit_in_bytes", "-1")]) }
        guard let swap = Self.bytes(value) else { return .invalid("it is no number of bytes") }
        guard let memoryLimit else { return .invalid("a limit of swap needs one of memory before it on cgroup v1") }
        let (sum, isTooMuch) = memoryLimit.addingReportingOverflow(swap)
        return .settings([Setting("memory.memsw.limit_in_bytes", isTooMuch ? "-1" : "\(sum)")])
    }

    private func throttled(_ value: String) -> Outcome {
        let words = value.split(separator: " ").map(String.init)
        var settings: [Setting] = []
        for word in words.dropFirst() {
            let parts = word.split(separator: "=").map(String.init)
            guard parts.count == 2, let file = Self.throttles.first(where: { $0.unified == parts[0] })?.legacy else {
                return .invalid("it is no device with limits, such as 8:0 rbps=1048576")
            }
            settings.append(Setting(file, "\(words[0]) \(parts[1] == "max" ? "0" : parts[1])"))
        }
        return settings.isEmpty ? .invalid("it is no device with limits, such as 8:0 rbps=1048576") : .settings(settings)
    }
}

// MARK: - Tables

extension CgroupTranslation {
    private static let throttles = [
        (legacy: "blkio.throttle.read_bps_device", unified: "rbps"), (legacy: "blkio.throttle.write_bps_device", unified: "wbps"),
        (legacy: "blkio.throttle.read_iops_device", unified: "riops"), (legacy: "blkio.throttle.write_iops_device", unified: "wiops"),
    ]
    private static let sameInBoth = ["pids.max", "cpuset.cpus", "cpuset.mems", "rdma.max", "misc.max"]
    /// Whole names, and beginnings that end with a dot.
    private static let withoutCounterpart = [
        "memory.kmem.", "memory.swappiness", "memory.oom_control", "memory.move_charge_at_immigrate", "cpu.rt_runtime_us",
        "cpu.rt_period_us", "cpuset.cpu_exclusive", "cpuset.mem_exclusive", "cpuset.sched_load_balance", "cpuset.memory_migrate",
        "blkio.leaf_weight", "blkio.weight_device", "cpuacct.", "net_cls.", "net_prio.", "perf_event.",
    ]

    /// A limit as version 2 says it.
    static func limit(_ value: String) -> String { value.hasPrefix("-") ? "max" : value }

    static func legacyLimit(_ value: String) -> String { value == "max" ? "-1" : value }

    /// A number of bytes with the suffixes that the kernel takes; nil for no limit, and for what is no number.
    static func bytes(_ value: String) -> UInt64? {
        let shift: UInt64
        switch value.last {
        case "k", "K": shift = 10
        case "m", "M": shift = 20
        case "g", "G": shift = 30
        case "t", "T": shift = 40
        default: return UInt64(value)
        }
        guard let number = UInt64(value.dropLast()), number <= UInt64.max >> shift else { return nil }
        return number << shift
    }

    /// Carries a number over from one range to another, ends to ends.
    private static func scaled(_ value: String, _ from: ClosedRange<Int>, _ to: ClosedRange<Int>) -> String? {
        guard let number = Int(value), from.contains(number) else { return nil }
        let span = to.upperBound - to.lowerBound
        return "\(to.lowerBound + (number - from.lowerBound) * span / (from.upperBound - from.lowerBound))"
    }
}
