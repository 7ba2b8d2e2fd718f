// SPDX-License-Identifier: Apache-2.0

/// `lxc.proc.NAME`
enum ProcKeys {
    static let all: [ConfigKey] = [
        .tree(
            "lxc.proc", .text, "A value for a file of init's directory in /proc, for example oom_score_adj.",
            add: { (config, input) throws(ValueProblem) in
                let name = input.place.rest
                // The name becomes a path below /proc/PID: it must not leave it.
                if name.hasPrefix("/") || name.split(separator: "/").contains("..") {
                    throw ValueProblem("\(quoted(name)) is not a file of /proc/PID")
                }
                try NamedValue(name: name, value: input.value, origin: input.origin).replace(in: &config.process.proc)
            },
            get: { config in config.process.proc.map { ($0.name, $0.value) } },
            remove: { config, matches in config.process.proc.removeAll { matches($0.name) } })
    ]
}
