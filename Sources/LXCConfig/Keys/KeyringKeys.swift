// SPDX-License-Identifier: Apache-2.0

/// `lxc.keyring.session`
enum KeyringKeys {
    static let all: [ConfigKey] = [
        .flag(
            "lxc.keyring.session", default: true, "Give the container a session keyring of its own.",
            get: { $0.security.sessionKeyring }, set: { $0.security.sessionKeyring = $1 })
    ]
}
