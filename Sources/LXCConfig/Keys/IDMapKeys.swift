// SPDX-License-Identifier: Apache-2.0

/// `lxc.idmap`
enum IDMapKeys {
    static let all: [ConfigKey] = [
        ConfigKey(
            "lxc.idmap", historic: ["lxc.id_map"], .list, .text,
            "A range of ids of the container and the ids on the host that they stand for: u|g INSIDE HOST COUNT.",
            ConfigKey.Access(
                set: { (config, input) throws(ValueProblem) in
                    let entry = try IDMapText.parse(input.value, origin: input.origin)
                    try IDMapText.check(entry, after: config.idMap)
                    config.idMap.append(entry)
                },
                // C LXC ends this list without a newline.
                get: { config, _ in config.idMap.map(IDMapText.text).joined(separator: "\n") },
                clear: { config, _ in config.idMap = [] }))
    ]
}
