// SPDX-License-Identifier: Apache-2.0

/// `lxc.execute.cmd`
enum ExecuteKeys {
    static let all: [ConfigKey] = [
        .text(
            "lxc.execute.cmd", .command, "Command of lxc-execute when none is given.", check: InitKeys.command,
            get: { $0.process.executeCommand }, set: { $0.process.executeCommand = $1 })
    ]
}
