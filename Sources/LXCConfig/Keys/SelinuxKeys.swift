// SPDX-License-Identifier: Apache-2.0

/// `lxc.selinux.*`
enum SelinuxKeys {
    static let all: [ConfigKey] = [
        .text(
            "lxc.selinux.context", historic: ["lxc.se_context"], .name, "SELinux context of the container's processes.",
            get: { $0.security.selinuxContext }, set: { $0.security.selinuxContext = $1 }),
        .text(
            "lxc.selinux.context.keyring", .name, "SELinux context of the container's keyring.",
            get: { $0.security.selinuxKeyringContext }, set: { $0.security.selinuxKeyringContext = $1 }),
    ]
}
