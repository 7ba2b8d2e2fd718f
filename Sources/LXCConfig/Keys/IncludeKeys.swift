// SPDX-License-Identifier: Apache-2.0

/// `lxc.include`
enum IncludeKeys {
    static let all: [ConfigKey] = [
        ConfigKey(
            "lxc.include", .include, .path,
            "A file, or a directory of *.conf files in the order of their names, to read at this place.",
            // The parser reads the files; there is nothing to keep.
            ConfigKey.Access(set: { (_, _) throws(ValueProblem) in }, get: { _, _ in nil }, clear: { _, _ in }))
    ]
}
