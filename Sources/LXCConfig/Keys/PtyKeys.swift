// SPDX-License-Identifier: Apache-2.0

/// `lxc.pty.max`
enum PtyKeys {
    static let all: [ConfigKey] = [
        .number(
            "lxc.pty.max", historic: ["lxc.pts"], in: 0...1_048_576,
            "Most pseudo-terminals of the container's devpts instance; 0 makes no instance.",
            get: { $0.console.ptyMax }, set: { $0.console.ptyMax = $1 ?? 0 })
    ]
}
