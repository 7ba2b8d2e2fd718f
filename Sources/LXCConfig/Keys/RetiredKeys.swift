// SPDX-License-Identifier: Apache-2.0

/// Keys of older releases that ask for nothing today; they are accepted with a note.
enum RetiredKeys {
    static let all: [ConfigKey] = [
        row("lxc.kmsg", .flag, "Once made /dev/kmsg a link; without an effect."),
        row("lxc.pivotdir", .directory, "Once the place of the old root during the start; without an effect."),
    ]

    private static func row(_ name: String, _ unit: ConfigKey.Unit, _ documentation: String) -> ConfigKey {
        ConfigKey(
            name, .retired, unit, documentation,
            ConfigKey.Access(
                set: { (_, _) throws(ValueProblem) in },
                get: { config, _ in config.entries.last { $0.key == name }?.value ?? "" }, clear: { _, _ in }))
    }
}
