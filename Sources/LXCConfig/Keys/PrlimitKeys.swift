// SPDX-License-Identifier: Apache-2.0

/// `lxc.prlimit.NAME`
enum PrlimitKeys {
    static let all: [ConfigKey] = [
        .tree(
            "lxc.prlimit", historic: ["lxc.limit"], .text, "Resource limit of the container's processes: SOFT[:HARD] or unlimited.",
            add: { (config, input) throws(ValueProblem) in
                let limit = try ResourceLimitText.parse(name: input.place.rest, input.value, origin: input.origin)
                config.process.resourceLimits.removeAll { $0.name == limit.name }
                config.process.resourceLimits.append(limit)
            },
            get: { config in config.process.resourceLimits.map { ($0.name, ResourceLimitText.text($0)) } },
            remove: { config, matches in config.process.resourceLimits.removeAll { matches($0.name) } })
    ]
}
