// SPDX-License-Identifier: Apache-2.0

/// `lxc.rootfs.*`
enum RootfsKeys {
    static let all: [ConfigKey] = [
        ConfigKey(
            "lxc.rootfs.path", historic: ["lxc.rootfs"], .scalar, .path,
            "The root filesystem: a directory or block device, or TYPE:PLACE for another storage.",
            ConfigKey.Access(
                set: { (config, input) throws(ValueProblem) in config.rootfs.path = Sourced(input.value, input.origin) },
                get: { config, _ in config.rootfs.plainPath ?? "" },
                clear: { config, _ in config.rootfs.path = nil })),
        .text(
            "lxc.rootfs.mount", .directory, "Where the root filesystem is mounted while the container starts.",
            get: { $0.rootfs.mountPoint }, set: { $0.rootfs.mountPoint = $1 }),
        .text(
            "lxc.rootfs.options", .text, "Mount options of the root filesystem.",
            check: { (text) throws(ValueProblem) in _ = try MountOptions(rootfsOptions: text) },
            get: { $0.rootfs.options }, set: { $0.rootfs.options = $1 }),
        .flag(
            "lxc.rootfs.managed", default: true, "Destroying the container deletes the root filesystem too.",
            get: { $0.rootfs.isManaged }, set: { $0.rootfs.isManaged = $1 }),
        .text(
            "lxc.rootfs.backend", .name, "Storage type of LXC 2.0; write it in front of lxc.rootfs.path.",
            check: { (text) throws(ValueProblem) in
                if !RootfsSettings.storageTypes.contains(text) {
                    let known = RootfsSettings.storageTypes.joined(separator: " ")
                    throw ValueProblem("\(quoted(text)) is not a storage type", hint: "known: \(known)")
                }
            },
            get: { $0.rootfs.backend }, set: { $0.rootfs.backend = $1 }),
    ]
}
