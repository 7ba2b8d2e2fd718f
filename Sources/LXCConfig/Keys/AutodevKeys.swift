// SPDX-License-Identifier: Apache-2.0

/// `lxc.autodev` and `lxc.autodev.tmpfs.size`
enum AutodevKeys {
    static let all: [ConfigKey] = [
        .flag(
            "lxc.autodev", default: true, empty: "0", "Mount a tmpfs on /dev and fill it with the usual device nodes.",
            get: { $0.console.autodev }, set: { $0.console.autodev = $1 }),
        .parsed(
            "lxc.autodev.tmpfs.size", .bytes, "Size of that tmpfs.",
            parse: { (text) throws(ValueProblem) in try ByteSize.parse(text) },
            get: { String($0.console.autodevTmpfsSize) },
            set: { $0.console.autodevTmpfsSize = $1 ?? ConsoleSettings().autodevTmpfsSize }),
    ]
}
