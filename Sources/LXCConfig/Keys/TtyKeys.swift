// SPDX-License-Identifier: Apache-2.0

/// `lxc.tty.*`
enum TtyKeys {
    static let all: [ConfigKey] = [
        .number(
            "lxc.tty.max", historic: ["lxc.tty"], in: 0...1_048_576, "Number of terminals that lxc-console can use.",
            get: { $0.console.ttyMax }, set: { $0.console.ttyMax = $1 ?? 0 }),
        .text(
            "lxc.tty.dir", historic: ["lxc.devttydir"], .directory, "Directory below /dev for the console and the terminals.",
            get: { $0.console.ttyDirectory }, set: { $0.console.ttyDirectory = $1 }),
    ]
}
