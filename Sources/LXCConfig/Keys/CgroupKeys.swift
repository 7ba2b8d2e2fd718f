// SPDX-License-Identifier: Apache-2.0

/// `lxc.cgroup.*` and `lxc.cgroup2.*`
enum CgroupKeys {
    static let all: [ConfigKey] = [
        limits("lxc.cgroup", .v1, "A value for a file of the cgroup v1 controllers, for example memory.limit_in_bytes."),
        limits("lxc.cgroup2", .v2, "A value for a file of the unified cgroup tree, for example memory.max."),
        .text(
            "lxc.cgroup.dir", .directory, "Cgroup below which those of the container and of its monitor are made.", check: relative,
            get: { $0.cgroup.directory }, set: { $0.cgroup.directory = $1 }),
        .text(
            "lxc.cgroup.dir.container", .directory, "Cgroup of the container, with lxc.cgroup.dir.monitor.", check: relative,
            get: { $0.cgroup.containerDirectory }, set: { $0.cgroup.containerDirectory = $1 }),
        .text(
            "lxc.cgroup.dir.container.inner", .directory, "Cgroup below the container's that its processes are in.", check: relative,
            get: { $0.cgroup.innerDirectory }, set: { $0.cgroup.innerDirectory = $1 }),
        .text(
            "lxc.cgroup.dir.monitor", .directory, "Cgroup of the monitor, with lxc.cgroup.dir.container.", check: relative,
            get: { $0.cgroup.monitorDirectory }, set: { $0.cgroup.monitorDirectory = $1 }),
        .text(
            "lxc.cgroup.dir.monitor.pivot", .directory, "Cgroup that the monitor moves to when the container ends.", check: relative,
            get: { $0.cgroup.pivotDirectory }, set: { $0.cgroup.pivotDirectory = $1 }),
        .flag(
            "lxc.cgroup.relative", "Make the cgroups below the caller's own one.",
            get: { $0.cgroup.isRelative }, set: { $0.cgroup.isRelative = $1 }),
    ]

    private static func limits(_ name: String, _ version: CgroupLimit.Version, _ documentation: String) -> ConfigKey {
        .tree(
            name, .text, documentation,
            add: { (config, input) throws(ValueProblem) in
                let file = input.place.rest
                // The name becomes a file name below the container's cgroup: it must not lead anywhere else.
                if file.utf8.contains(0x2F) { throw ValueProblem("\(quoted(file)) is not the name of a cgroup file") }
                config.cgroup.limits.append(CgroupLimit(version: version, file: file, value: input.value, origin: input.origin))
            },
            get: { config in config.cgroup.limits.filter { $0.version == version }.map { ($0.file, $0.value) } },
            remove: { config, matches in config.cgroup.limits.removeAll { $0.version == version && matches($0.file) } },
            oneValueEach: false)
    }

    private static let relative: ConfigKey.Check = { (path) throws(ValueProblem) in
        let parts = path.split(separator: "/")
        if parts.isEmpty || parts.contains("..") {
            throw ValueProblem("\(quoted(path)) is not a path below the cgroup root", hint: "write it without ..")
        }
    }
}
