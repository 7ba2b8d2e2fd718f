// SPDX-License-Identifier: Apache-2.0

/// `lxc.ephemeral`
enum EphemeralKeys {
    static let all: [ConfigKey] = [
        .flag("lxc.ephemeral", "Destroy the container when it stops.", get: { $0.isEphemeral }, set: { $0.isEphemeral = $1 })
    ]
}
