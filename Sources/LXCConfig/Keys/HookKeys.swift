// SPDX-License-Identifier: Apache-2.0

/// `lxc.hook.*`
enum HookKeys {
    static let all: [ConfigKey] = {
        var rows = Hook.allCases.map(row)
        rows.append(
            .number(
                "lxc.hook.version", in: 0...1, "0 passes hooks their facts as arguments, 1 as environment variables.",
                get: { $0.hooks.version }, set: { $0.hooks.version = $1 ?? 0 }))
        rows.append(
            ConfigKey(
                "lxc.hook", .branch, .none, "An empty value clears the commands of every hook.",
                ConfigKey.Access(
                    set: { (_, _) throws(ValueProblem) in
                        throw ValueProblem("takes no value", hint: "name the hook, for example lxc.hook.pre-start")
                    },
                    get: { _, _ in nil }, clear: { config, _ in config.hooks.clearAll() })))
        return rows
    }()

    private static func row(_ hook: Hook) -> ConfigKey {
        .list(
            "lxc.hook." + hook.rawValue, .command, documentation(hook),
            add: { config, input in config.hooks.append(Sourced(input.value, input.origin), to: hook) },
            get: { $0.hooks.commands(hook).map { $0.value } }, clear: { $0.hooks.clear(hook) })
    }

    private static func documentation(_ hook: Hook) -> String {
        switch hook {
        case .preStart: "Command run on the host before anything is done."
        case .preMount: "Command run in the container's mount namespace before anything is mounted."
        case .mount: "Command run in the container's mount namespace after the mounts, before its root becomes /."
        case .autodev: "Command run in the container's mount namespace once /dev is filled; only with lxc.autodev."
        case .start: "Command run in the container right before its init."
        case .startHost: "Command run on the host when the container is set up, before its init."
        case .stop: "Command run on the host when the container has stopped, its namespaces still at hand."
        case .postStop: "Command run on the host after the container has stopped."
        case .clone: "Command run when the container is cloned into a new one."
        case .destroy: "Command run on the host when the container is destroyed."
        }
    }
}
