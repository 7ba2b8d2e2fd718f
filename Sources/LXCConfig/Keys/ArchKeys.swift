// SPDX-License-Identifier: Apache-2.0

/// `lxc.arch`
enum ArchKeys {
    static let all: [ConfigKey] = [
        ConfigKey(
            "lxc.arch", .scalar, .name, "Architecture that uname(2) reports inside; a 32-bit name selects the 32-bit personality.",
            ConfigKey.Access(
                set: { (config, input) throws(ValueProblem) in
                    guard let personality = KernelArchitecture(name: input.value) else {
                        let names = (KernelArchitecture.names32 + KernelArchitecture.names64).joined(separator: " ")
                        throw ValueProblem("\(quoted(input.value)) is not a known architecture", hint: "known: \(names)")
                    }
                    config.process.architecture = input.value
                    config.process.personality = personality
                },
                get: { config, _ in config.process.architecture ?? "" },
                clear: { config, _ in
                    config.process.architecture = nil
                    config.process.personality = nil
                }))
    ]
}
