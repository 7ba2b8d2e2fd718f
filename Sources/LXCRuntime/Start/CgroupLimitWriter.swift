// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LinuxKernel

/// Writes `lxc.cgroup.*` and `lxc.cgroup2.*` into the container's cgroup, in file order.
enum CgroupLimitWriter {
    /// A line in the other version's words is translated, unless the configuration says something about the same controller in this host's
    /// own: configurations carry both side by side, for hosts of either kind.
    ///
    /// - Parameters:
    ///   - limits: All of the configuration.
    ///   - cgroups: The container's; nil where no cgroup filesystem is mounted.
    ///   - filter: Takes the rules about devices on cgroup v2, which has no files for them.
    ///   - log: Is told what became of lines in the other version's words.
    /// - Throws: ``OperationFailure`` that names the first line which the kernel does not take.
    static func write(
        _ limits: [CgroupLimit], _ cgroups: ContainerCgroups?, _ filter: DeviceFilter, _ log: LogWriter
    ) throws(OperationFailure) {
        guard !limits.isEmpty else { return }
        try writeDeviceRules(limits, cgroups, filter)
        var translation = CgroupTranslation()
        for limit in limits where !limit.file.hasPrefix("devices.") || cgroups?.layout.legacy("devices") != nil {
            guard let cgroups else {
                throw failure(limit, "no cgroup filesystem is mounted")
            }
            guard let native = nativeVersion(of: limit, cgroups.layout) else {
                throw failure(limit, CgroupError.noController(controller(limit)).description)
            }
            if limit.version == native {
                try write(limit.file, limit.value, limit, cgroups)
                continue
            }
            let isSaidNatively = limits.contains { $0.version == native && controller($0) == controller(limit) }
            if isSaidNatively { continue }
            try write(translated: limit, &translation, cgroups, log)
        }
    }

    /// Which version has the controller of a limit on this host; nil when none has.
    private static func nativeVersion(of limit: CgroupLimit, _ layout: CgroupLayout) -> CgroupLimit.Version? {
        if layout.kind == .unified { return .v2 }
        let name = controller(limit)
        if layout.legacy(name == "io" ? "blkio" : name == "cgroup" ? "freezer" : name) != nil { return .v1 }
        return layout.unified == nil ? limit.version : .v2
    }

    /// All that the kernel has had, in the words of version 2.
    private static let controllers = [
        "cgroup", "cpu", "cpuset", "devices", "hugetlb", "io", "memory", "misc", "net_cls", "net_prio", "perf_event", "pids", "rdma",
    ]

    /// The controller, in the words of version 2.
    private static func controller(_ limit: CgroupLimit) -> String {
        switch limit.file.prefix(while: { $0 != "." }) {
        case "blkio": "io"
        case "cpuacct": "cpu"
        case "freezer": "cgroup"
        case let name: String(name)
        }
    }

    private static func write(
        translated limit: CgroupLimit, _ translation: inout CgroupTranslation, _ cgroups: ContainerCgroups, _ log: LogWriter
    ) throws(OperationFailure) {
        let other = limit.version == .v1 ? "2" : "1"
        let outcome = limit.version == .v1 ? translation.toUnified(limit.file, limit.value) : translation.toLegacy(limit.file, limit.value)
        switch outcome {
        case .invalid(let reason): throw failure(limit, reason)
        case .nothing: log.warn("\(key(limit)) is left out: cgroup v\(other), which this host has, knows nothing like it")
        case .settings(let settings):
            for setting in settings {
                let spelling = (limit.version == .v1 ? "lxc.cgroup2." : "lxc.cgroup.") + setting.file
                do throws(OperationFailure) {
                    try write(setting, limit, cgroups)
                    log.info("\(key(limit)) = \(limit.value) is \(spelling) = \(setting.value) on this host")
                } catch {
                    // C LXC leaves such lines alone, so what this host lacks is no reason not to start. A misspelled one is.
                    guard [Errno.noSuchFileOrDirectory.rawValue, 0].contains(error.errno), controllers.contains(controller(limit)) else {
                        throw error
                    }
                    log.warn("\(key(limit)) is left out: this host has no \(setting.file) for the container")
                }
            }
        }
    }

    private static func write(
        _ setting: CgroupTranslation.Setting, _ limit: CgroupLimit, _ cgroups: ContainerCgroups
    ) throws(OperationFailure) {
        do throws(OperationFailure) { try write(setting.file, setting.value, limit, cgroups) } catch {
            guard error.errno == Errno.noSuchFileOrDirectory.rawValue, setting.fallback.count == 2 else { throw error }
            try write(setting.fallback[0], setting.fallback[1], limit, cgroups)
        }
    }

    /// `limit`: the line that asks for it.
    private static func write(
        _ name: String, _ value: String, _ limit: CgroupLimit, _ cgroups: ContainerCgroups
    ) throws(OperationFailure) {
        let file: ControllerFile
        let directory: CgroupDirectory
        do throws(CgroupError) {
            file = try ControllerFile(name)
            directory = try cgroups.openPayload(for: file)
        } catch { throw failure(limit, error.description) }
        do { try file.write(value, in: directory) } catch {
            throw OperationFailure("cannot set \(name) to \(value)", error, key: key(limit), origin: limit.origin)
        }
    }

    private static func key(_ limit: CgroupLimit) -> String { (limit.version == .v1 ? "lxc.cgroup." : "lxc.cgroup2.") + limit.file }

    private static func failure(_ limit: CgroupLimit, _ reason: String) -> OperationFailure {
        OperationFailure("cannot set \(limit.file) to \(limit.value)", reason: reason, key: key(limit), origin: limit.origin)
    }

    private static func writeDeviceRules(
        _ limits: [CgroupLimit], _ cgroups: ContainerCgroups?, _ filter: DeviceFilter
    ) throws(OperationFailure) {
        guard let cgroups, cgroups.layout.legacy("devices") == nil else { return }
        let all = limits.filter { $0.file.hasPrefix("devices.") }
        // A list in the old spelling alone is meant for this host too: without it the container could open every device.
        let version: CgroupLimit.Version = all.contains { $0.version == .v2 } ? .v2 : .v1
        let lines = all.filter { $0.version == version }
        guard let first = lines.first else { return }
        var rules: [DeviceRule] = []
        for line in lines {
            let what = "cannot set \(line.file) to \(line.value)"
            guard line.file == "devices.allow" || line.file == "devices.deny" else {
                throw OperationFailure(
                    what, reason: "there are only devices.allow and devices.deny", key: key(line), origin: line.origin)
            }
            guard let rule = DeviceRule(line.value, isAllowed: line.file == "devices.allow") else {
                throw OperationFailure(
                    what, reason: "it is no device rule", key: key(line), origin: line.origin,
                    hint: "write a, or a kind (c, b), MAJOR:MINOR (* for any) and letters of rwm")
            }
            rules.append(rule)
        }
        do throws(CgroupError) {
            guard let directory = try cgroups.openPayload("devices", .limits) else { throw .noController("devices") }
            try CgroupError.wrapping { () throws(KernelError) in try filter.add(rules, on: directory) }
        } catch {
            throw OperationFailure("cannot set the device rules", reason: error.description, key: key(first), origin: first.origin)
        }
    }
}

/// `lxc.prlimit.*`.
enum ResourceLimits {
    static func apply(_ settings: [ResourceLimitSetting], to pid: Int32) throws(OperationFailure) {
        for limit in settings {
            let key = "lxc.prlimit.\(limit.name)"
            guard let number = ResourceLimit.numbers.first(where: { $0.name == limit.name })?.number ?? Int32(limit.name) else {
                throw OperationFailure(
                    "cannot set the limit \(limit.name)", reason: "no limit has that name", key: key, origin: limit.origin)
            }
            try attempting(
                "cannot set the limit \(limit.name)", key: key, origin: limit.origin,
                hint: "a hard limit above the host's own needs CAP_SYS_RESOURCE", for: [.notPermitted]
            ) { () throws(KernelError) in
                try ResourceLimit.set(number, soft: limit.soft, hard: limit.hard, of: pid)
            }
        }
    }
}
