// SPDX-License-Identifier: Apache-2.0

/// `lxc.sysctl.NAME`
enum SysctlKeys {
    static let all: [ConfigKey] = [
        .tree(
            "lxc.sysctl", .text, "A kernel parameter, set in the container's namespaces; the name as sysctl(8) writes it.",
            add: { (config, input) throws(ValueProblem) in
                try NamedValue(name: input.place.rest, value: input.value, origin: input.origin).replace(in: &config.process.sysctls)
            },
            get: { config in config.process.sysctls.map { ($0.name, $0.value) } },
            remove: { config, matches in config.process.sysctls.removeAll { matches($0.name) } })
    ]
}
