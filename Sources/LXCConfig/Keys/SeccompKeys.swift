// SPDX-License-Identifier: Apache-2.0

/// `lxc.seccomp.*`
enum SeccompKeys {
    static let all: [ConfigKey] = [
        .text(
            "lxc.seccomp.profile", historic: ["lxc.seccomp"], .path, "File with the policy for system calls.",
            get: { $0.security.seccompProfile }, set: { $0.security.seccompProfile = $1 }),
        .flag(
            "lxc.seccomp.allow_nesting", "Load the policy even when a filter is already active.",
            get: { $0.security.seccompAllowNesting }, set: { $0.security.seccompAllowNesting = $1 }),
        .text(
            "lxc.seccomp.notify.proxy", .path, "Socket of the program that decides notified system calls: unix:PATH.",
            check: { (text) throws(ValueProblem) in
                if !text.hasPrefix("unix:") || text.utf8.count == 5 {
                    throw ValueProblem("\(quoted(text)) is not the address of a socket", hint: "write unix:/path/of/socket")
                }
            },
            get: { $0.security.seccompNotifyProxy }, set: { $0.security.seccompNotifyProxy = $1 }),
        .text(
            "lxc.seccomp.notify.cookie", .text, "Text that is sent to that program with every notification.",
            get: { $0.security.seccompNotifyCookie }, set: { $0.security.seccompNotifyCookie = $1 }),
    ]
}
