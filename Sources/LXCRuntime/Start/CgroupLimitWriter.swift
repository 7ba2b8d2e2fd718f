// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LinuxKernel

/// Writes `lxc.cgroup.*` and `lxc.cgroup2.*` into the container's cgroup, in file order.
enum CgroupLimitWriter {
    ///
    /// - Parameters:
    ///   - limits: All of the configuration.
    ///   - cgroups: The container's; nil where no cgroup filesystem is mounted.
    ///   - filter: Takes the rules about devices on cgroup v2, which has no files for them.
    /// - Throws: ``OperationFailure`` that names the first line which the kernel does not take.
    static func write(_ limits: [CgroupLimit], _ cgroups: ContainerCgroups?, _ filter: DeviceFilter) throws(OperationFailure) {
        guard !limits.isEmpty else { return }
        try writeDeviceRules(limits, cgroups, filter)
        for limit in limits {
            let key = (limit.version == .v1 ? "lxc.cgroup." : "lxc.cgroup2.") + limit.file
            let what = "cannot set \(limit.file) to \(limit.value)"
            guard let cgroups else {
                throw OperationFailure(what, reason: "no cgroup filesystem is mounted", key: key, origin: limit.origin)
            }
            // Configurations carry both spellings side by side: the one that this host does not have is for other hosts.
            if limit.version == .v1 && cgroups.layout.kind == .unified { continue }
            if limit.version == .v2 && cgroups.layout.kind != .unified && hasLegacy(limit, cgroups.layout) { continue }
            if limit.version == .v2 && limit.file.hasPrefix("devices.") { continue }
            let file: ControllerFile
            let directory: CgroupDirectory
            do throws(CgroupError) {
                file = try ControllerFile(limit.file)
                directory = try cgroups.openPayload(for: file)
            } catch { throw OperationFailure(what, reason: error.description, key: key, origin: limit.origin) }
            do { try file.write(limit.value, in: directory) } catch {
                throw OperationFailure(what, error, key: key, origin: limit.origin)
            }
        }
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
        func key(_ limit: CgroupLimit) -> String { (limit.version == .v1 ? "lxc.cgroup." : "lxc.cgroup2.") + limit.file }
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

    /// Whether a v1 hierarchy holds the controller, so that the v2 spelling does not apply here.
    private static func hasLegacy(_ limit: CgroupLimit, _ layout: CgroupLayout) -> Bool {
        let controller = String(limit.file.prefix { $0 != "." })
        return layout.legacy(controller == "io" ? "blkio" : controller) != nil
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
                hint: "a hard limit above the host's own needs CAP_SYS_RESOURCE"
            ) { () throws(KernelError) in
                try ResourceLimit.set(number, soft: limit.soft, hard: limit.hard, of: pid)
            }
        }
    }
}
