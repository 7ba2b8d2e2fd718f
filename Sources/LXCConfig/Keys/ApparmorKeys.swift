// SPDX-License-Identifier: Apache-2.0

/// `lxc.apparmor.*`
enum ApparmorKeys {
    static let all: [ConfigKey] = [
        .text(
            "lxc.apparmor.profile", historic: ["lxc.aa_profile"], .name,
            "AppArmor profile of the container: a name, unconfined, unchanged or generated.",
            get: { $0.security.apparmorProfile }, set: { $0.security.apparmorProfile = $1 }),
        .flag(
            "lxc.apparmor.allow_incomplete", historic: ["lxc.aa_allow_incomplete"],
            "Start even if the kernel's AppArmor cannot confine mounts.",
            get: { $0.security.apparmorAllowIncomplete }, set: { $0.security.apparmorAllowIncomplete = $1 }),
        .flag(
            "lxc.apparmor.allow_nesting", "Let a generated profile allow containers inside the container.",
            get: { $0.security.apparmorAllowNesting }, set: { $0.security.apparmorAllowNesting = $1 }),
        .list(
            "lxc.apparmor.raw", .text, "A line to add to a generated profile.",
            add: { config, input in config.security.apparmorRaw.append(input.value) },
            get: { $0.security.apparmorRaw }, clear: { $0.security.apparmorRaw = [] }),
    ]
}
