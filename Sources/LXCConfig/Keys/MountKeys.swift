// SPDX-License-Identifier: Apache-2.0

/// `lxc.mount.*`
enum MountKeys {
    static let all: [ConfigKey] = [
        ConfigKey(
            "lxc.mount.fstab", historic: ["lxc.mount"], .scalar, .path, "File of mounts in the format of fstab(5).",
            ConfigKey.Access(
                set: { (config, input) throws(ValueProblem) in config.mounts.fstab = Sourced(input.value, input.origin) },
                get: { config, _ in config.mounts.fstab?.value ?? "" },
                clear: { config, _ in config.mounts.fstab = nil })),
        .list(
            "lxc.mount.entry", .text, "One mount in the format of fstab(5); a relative target lies below the root filesystem.",
            add: { (config, input) throws(ValueProblem) in
                config.mounts.entries.append(Sourced(try MountEntry(parsing: input.value), input.origin))
            },
            get: { $0.mounts.entries.map { $0.value.text } }, clear: { $0.mounts.entries = [] }),
        ConfigKey(
            "lxc.mount.auto", .list, .words, "Kernel filesystems to mount: proc, sys, cgroup, cgroup2, shmounts, each with its mode.",
            ConfigKey.Access(
                set: { (config, input) throws(ValueProblem) in
                    for word in ConfigText.words(input.value) {
                        let mount = try AutomaticMount(word: word)
                        config.mounts.automatic.removeAll { $0.value.family == mount.family }
                        config.mounts.automatic.append(Sourced(mount, input.origin))
                    }
                    config.mounts.automatic.sort { $0.value.family < $1.value.family }
                },
                get: { config, _ in config.mounts.automatic.map { $0.value.word }.joined(separator: " ") },
                clear: { config, _ in config.mounts.automatic = [] })),
    ]
}
