// SPDX-License-Identifier: Apache-2.0

/// `lxc.no_new_privs`
enum NoNewPrivsKeys {
    static let all: [ConfigKey] = [
        .flag(
            "lxc.no_new_privs", "Programs in the container gain no privileges from set-id bits or file capabilities.",
            get: { $0.security.noNewPrivileges }, set: { $0.security.noNewPrivileges = $1 })
    ]
}
