// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// What a container has used, read from its cgroups; values that the host does not count are nil.
package struct CgroupStatistics: Sendable, Equatable {
    /// Processor time, nanoseconds.
    package var cpuNanoseconds: UInt64?
    /// Bytes read from and written to block devices.
    package var blockIOBytes: UInt64?
    /// Memory in use, bytes.
    package var memoryBytes: UInt64?
    /// Memory in use by the kernel for the container, bytes.
    package var kernelMemoryBytes: UInt64?
    /// Processes that the kernel has killed because the container's memory was at its limit.
    package var memoryKills: UInt64?
    /// Processes and threads that could not be made because there were as many as the limit allows.
    package var refusedForks: UInt64?

    package init() {}

    /// The controllers whose directories are needed: on cgroup v1 one hierarchy each.
    package enum Source: String, Sendable, CaseIterable {
        case cpu = "cpuacct"
        case blockIO = "blkio"
        case memory
        /// What became of processes at the limit of memory.
        case memoryEvents
        /// What became of processes at the limit of their number.
        case pids

        /// Those that tell which limits were met.
        package static let events: [Source] = [.memoryEvents, .pids]

        /// The v1 controller's name, which a monitor is asked for; where it knows none, the v2 name is to be tried.
        package var controller: String { self == .memoryEvents ? "memory" : rawValue }
        /// The name of the controller that does the same in cgroup v2.
        package var unifiedController: String {
            switch self {
            case .cpu: "cpu"
            case .blockIO: "io"
            case .memory, .memoryEvents: "memory"
            case .pids: "pids"
            }
        }
    }

    /// Reads the values that one directory offers into this record.
    ///
    /// - Parameters:
    ///   - source: What to read.
    ///   - cgroup: The container's cgroup in that controller's hierarchy.
    ///   - version: Generation of the hierarchy.
    /// - Throws: ``KernelError``, but not for files that are not there: their values stay nil.
    package mutating func read(
        _ source: Source, in cgroup: borrowing CgroupDirectory, _ version: CgroupVersion
    ) throws(KernelError) {
        switch (source, version) {
        case (.cpu, .v1): cpuNanoseconds = try Self.number(cgroup, "cpuacct.usage")
        case (.cpu, .v2):
            let usage = try Self.fields(cgroup, "cpu.stat")["usage_usec"]
            cpuNanoseconds = usage.map { $0.multipliedReportingOverflow(by: 1000) }.flatMap { $0.overflow ? nil : $0.partialValue }
        case (.blockIO, .v1): blockIOBytes = try Self.total(cgroup, "blkio.throttle.io_service_bytes")
        case (.blockIO, .v2): blockIOBytes = try Self.transferred(cgroup, "io.stat")
        case (.memory, .v1):
            memoryBytes = try Self.number(cgroup, "memory.usage_in_bytes")
            kernelMemoryBytes = try Self.number(cgroup, "memory.kmem.usage_in_bytes")
        case (.memory, .v2):
            let fields = try Self.fields(cgroup, "memory.stat")
            memoryBytes = Self.sum(fields, ["anon", "file"])
            kernelMemoryBytes = Self.sum(fields, ["kernel_stack", "pagetables", "sock", "slab"])
        case (.memoryEvents, .v1): memoryKills = try Self.fields(cgroup, "memory.oom_control")["oom_kill"]
        case (.memoryEvents, .v2): memoryKills = try Self.fields(cgroup, "memory.events")["oom_kill"]
        case (.pids, _): refusedForks = try Self.fields(cgroup, "pids.events")["max"]
        }
    }

    // MARK: - Forms of files

    private static func text(_ cgroup: borrowing CgroupDirectory, _ file: String) throws(KernelError) -> String? {
        do { return try cgroup.text(file) } catch {
            // "Not supported": the file is there, but its controller is turned off.
            if error.errno == .noSuchFileOrDirectory || error.errno == .notSupportedOnSocket { return nil }
            throw error
        }
    }

    private static func number(_ cgroup: borrowing CgroupDirectory, _ file: String) throws(KernelError) -> UInt64? {
        try text(cgroup, file).flatMap { UInt64($0) }
    }

    /// Lines `NAME VALUE`.
    private static func fields(_ cgroup: borrowing CgroupDirectory, _ file: String) throws(KernelError) -> [String: UInt64] {
        var fields: [String: UInt64] = [:]
        for line in try text(cgroup, file)?.split(separator: "\n") ?? [] {
            let words = line.split(separator: " ")
            if words.count == 2, let value = UInt64(words[1]) { fields[String(words[0])] = value }
        }
        return fields
    }

    /// The last line `Total VALUE` of a v1 block file; nothing was transferred as long as there is none.
    private static func total(_ cgroup: borrowing CgroupDirectory, _ file: String) throws(KernelError) -> UInt64? {
        guard let text = try text(cgroup, file) else { return nil }
        let line = text.split(separator: "\n").last { $0.hasPrefix("Total ") }
        return line.map { UInt64($0.dropFirst(6)) } ?? 0
    }

    /// Lines `MAJOR:MINOR rbytes=N wbytes=N …`.
    private static func transferred(_ cgroup: borrowing CgroupDirectory, _ file: String) throws(KernelError) -> UInt64? {
        guard let text = try text(cgroup, file) else { return nil }
        var sum: UInt64 = 0
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) where word.hasPrefix("rbytes=") || word.hasPrefix("wbytes=") {
            let (total, overflow) = sum.addingReportingOverflow(UInt64(word.dropFirst(7)) ?? 0)
            if overflow { return nil }
            sum = total
        }
        return sum
    }

    private static func sum(_ fields: [String: UInt64], _ names: [String]) -> UInt64? {
        var sum: UInt64 = 0
        for name in names {
            guard let value = fields[name] else { return nil }
            let (total, overflow) = sum.addingReportingOverflow(value)
            if overflow { return nil }
            sum = total
        }
        return sum
    }
}

extension ContainerCgroups {
    /// Reads what the container has used, or which limits it has met.
    ///
    /// - Parameter sources: What is to be read.
    /// - Returns: The values that the host counts.
    /// - Throws: ``CgroupError/kernel(_:)``.
    package func statistics(_ sources: [CgroupStatistics.Source]) throws(CgroupError) -> CgroupStatistics {
        var result = CgroupStatistics()
        for source in sources {
            for controller in [source.controller, source.unifiedController] {
                guard let version = member(of: controller)?.hierarchy.version,
                    let directory = try openPayload(controller, .limits)
                else { continue }
                try wrapped { () throws(KernelError) in try result.read(source, in: directory, version) }
                break
            }
        }
        return result
    }
}
