// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LinuxKernel

/// Writes `lxc.cgroup.*` and `lxc.cgroup2.*` into the container's cgroup, in file order.
enum CgroupLimitWriter {
    static func write(_ limits: [CgroupLimit], _ cgroups: ContainerCgroups?) throws(OperationFailure) {
        guard !limits.isEmpty else { return }
        for limit in limits {
            let key = (limit.version == .v1 ? "lxc.cgroup." : "lxc.cgroup2.") + limit.file
            let what = "cannot set \(limit.file) to \(limit.value)"
            guard let cgroups else {
                throw OperationFailure(what, reason: "no cgroup filesystem is mounted", key: key, origin: limit.origin)
            }
            // Configurations carry both spellings side by side: the one that this host does not have is for other hosts.
            if limit.version == .v1 && cgroups.layout.kind == .unified { continue }
            if limit.version == .v2 && cgroups.layout.kind != .unified && hasLegacy(limit, cgroups.layout) { continue }
            if limit.version == .v2 && limit.file.hasPrefix("devices.") {
                throw OperationFailure(
                    what, reason: "this version of swift-lxc has no device rules on cgroup v2 yet", key: key, origin: limit.origin,
                    hint: "remove the lxc.cgroup2.devices lines to start without them")
            }
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
