// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Personality, sysctls and what the container is not allowed to do.
struct PrivilegeStep: InitStep {
    let name = "dropping privileges"

    func perform(_ context: InitContext) throws(OperationFailure) {
        let config = context.config
        if config.process.personality == .linux32 {
            try attempting("cannot set the personality", key: "lxc.arch", origin: context.origin("lxc.arch")) {
                () throws(KernelError) in try ProcessControl.setPersonality(ProcessControl.linux32)
            }
        }
        // The start hook is the container's program, too; with ids of its own they were dropped before.
        if !context.isMapped {
            try attempting("cannot drop the caller's groups") { () throws(KernelError) in try Credentials.setSupplementaryGroups([]) }
        }
        for sysctl in config.process.sysctls { try set(sysctl, context) }
        try CapabilityDrop.apply(config.security)
        try SecurityLabel.prepare(context.label, proc: context.proc, log: context.log)
        if config.security.noNewPrivileges {
            try attempting("cannot set no_new_privs") { () throws(KernelError) in try ProcessControl.setNoNewPrivileges() }
        }
    }

    private func set(_ sysctl: NamedValue, _ context: InitContext) throws(OperationFailure) {
        let key = "lxc.sysctl.\(sysctl.name)"
        let what = "cannot set the sysctl \(sysctl.name) to \(sysctl.value)"
        guard let proc = context.proc else {
            throw OperationFailure(what, reason: "no proc filesystem could be made for the container", key: key, origin: sysctl.origin)
        }
        guard SysctlPolicy.isNamespaced(sysctl.name, context.namespaces.flags) else {
            throw OperationFailure(
                what, reason: "it belongs to the whole host, or to a namespace that the container shares with it", key: key,
                origin: sysctl.origin, hint: "set it on the host with sysctl(8)")
        }
        try attempting(what, key: key, origin: sysctl.origin) { () throws(KernelError) in
            // Both spellings are in use: net.ipv4.conf.eth0/1.forwarding has a slash where the name has a dot.
            let path = "sys/" + String(sysctl.name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
            let file = try proc.open(path, .writeOnly)
            guard try FilesystemKind(of: file) == .proc else {
                throw KernelError(call: "open", errno: .notPermitted, subject: path)
            }
            try file.writeAll(sysctl.value.kernelBytes)
        }
    }
}

/// Which sysctls are the container's own.
enum SysctlPolicy {
    private static let ipc = [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
        "kernel.shm_rmid_forced", "kernel.auto_msgmni", "kernel.msg_next_id", "kernel.sem_next_id", "kernel.shm_next_id",
    ]

    /// Whether a sysctl acts only within namespaces that are the container's own.
    ///
    /// Source: sysctl documentation of the kernel; everything not listed is global.
    static func isNamespaced(_ name: String, _ namespaces: NamespaceSet) -> Bool {
        let dotted = name.contains("/") && !name.contains(".") ? String(name.map { $0 == "/" ? "." : $0 }) : name
        if dotted.split(separator: ".", omittingEmptySubsequences: false).contains(where: { $0.isEmpty || $0 == ".." }) { return false }
        if dotted.hasPrefix("net.") { return namespaces.contains(.network) }
        if dotted.hasPrefix("fs.mqueue.") || ipc.contains(dotted) { return namespaces.contains(.ipc) }
        if dotted == "kernel.hostname" || dotted == "kernel.domainname" { return namespaces.contains(.uts) }
        if dotted.hasPrefix("user.") { return namespaces.contains(.user) }
        return dotted == "kernel.ns_last_pid" && namespaces.contains(.pid)
    }
}
