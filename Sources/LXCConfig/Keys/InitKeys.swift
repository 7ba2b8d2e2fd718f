// SPDX-License-Identifier: Apache-2.0

/// `lxc.init.*`
enum InitKeys {
    private static let ids = 0...Int(UInt32.max) - 1

    static let all: [ConfigKey] = [
        .text(
            "lxc.init.cmd", historic: ["lxc.init_cmd"], .command,
            "Program, with arguments, that lxc-start runs as init; usually /sbin/init.",
            check: command, get: { $0.process.initCommand }, set: { $0.process.initCommand = $1 }),
        .text(
            "lxc.init.cwd", .directory, "Working directory of init.",
            get: { $0.process.initWorkingDirectory }, set: { $0.process.initWorkingDirectory = $1 }),
        .number(
            "lxc.init.uid", historic: ["lxc.init_uid"], in: ids, "User id, inside the container, that init runs as.",
            get: { $0.process.initUser.map(Int.init) }, set: { $0.process.initUser = $1.map { UInt32(truncatingIfNeeded: $0) } }),
        .number(
            "lxc.init.gid", historic: ["lxc.init_gid"], in: ids, "Group id, inside the container, that init runs as.",
            get: { $0.process.initGroup.map(Int.init) }, set: { $0.process.initGroup = $1.map { UInt32(truncatingIfNeeded: $0) } }),
        ConfigKey(
            "lxc.init.groups", .list, .number, "Supplementary group ids of init, commas between.",
            ConfigKey.Access(
                set: { (config, input) throws(ValueProblem) in
                    for word in ConfigText.words(input.value, commas: true) {
                        config.process.initGroups.append(UInt32(truncatingIfNeeded: try DecimalNumber.parse(word, in: ids)))
                    }
                },
                get: { config, _ in config.process.initGroups.map(String.init).joined(separator: ",") },
                clear: { config, _ in config.process.initGroups = [] })),
    ]

    static let command: ConfigKey.Check = { (text) throws(ValueProblem) in
        if try CommandWords.split(text).isEmpty { throw ValueProblem("the command is empty") }
    }
}
