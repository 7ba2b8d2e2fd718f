// SPDX-License-Identifier: Apache-2.0

/// `lxc.uts.name`
enum UtsKeys {
    static let all: [ConfigKey] = [
        .text(
            "lxc.uts.name", historic: ["lxc.utsname"], .name, "Host name of the container, at most 64 bytes.",
            check: { (text) throws(ValueProblem) in
                if text.utf8.count > 64 { throw ValueProblem("\(quoted(text)) is longer than 64 bytes", at: 64) }
            },
            get: { $0.hostName }, set: { $0.hostName = $1 })
    ]
}
