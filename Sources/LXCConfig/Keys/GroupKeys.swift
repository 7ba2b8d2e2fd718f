// SPDX-License-Identifier: Apache-2.0

/// `lxc.group`
enum GroupKeys {
    static let all: [ConfigKey] = [
        .list(
            "lxc.group", .words,
            "Groups of containers that this one belongs to, for lxc-autostart and lxc-ls; blanks or commas between.",
            add: { config, input in config.start.groups += ConfigText.words(input.value, commas: true) },
            get: { $0.start.groups }, clear: { $0.start.groups = [] })
    ]
}
