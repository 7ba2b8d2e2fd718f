// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Becomes root of the user namespace and enters the namespaces that are made late.
struct IdentityStep: InitStep {
    let name = "entering the namespaces"

    func perform(_ context: InitContext) throws(OperationFailure) {
        if context.namespaces.flags.contains(.user) && context.isMapped {
            try attempting("cannot become root of the user namespace") { () throws(KernelError) in
                try Credentials.setSupplementaryGroups([])
                try Credentials.setGroup(0)
                try Credentials.setUser(0)
                // Changing ids makes the process readable and forgets the death signal.
                try ProcessControl.setDumpable(false)
                try ProcessControl.setParentDeathSignal(Signals.kill)
            }
        }
        if context.namespaces.unshared.contains(.network) {
            try attempting("cannot make a network namespace") { () throws(KernelError) in
                guard let network = context.network else { return try Namespaces.unshare(.network) }
                try Namespaces.enter(network.number, .network, label: "new network")
            }
            context.network = nil
        }
        if context.namespaces.unshared.contains(.time) { try enterTimeNamespace(context) }
    }

    /// Offsets can be set only before the first process is in; a process enters its own new time namespace by setns.
    private func enterTimeNamespace(_ context: InitContext) throws(OperationFailure) {
        let settings = context.config.namespaces
        try attempting("cannot make a time namespace") { () throws(KernelError) in try Namespaces.unshare(.time) }
        try set("boottime", settings.timeOffsetBoot, key: "lxc.time.offset.boot")
        try set("monotonic", settings.timeOffsetMonotonic, key: "lxc.time.offset.monotonic")
        try attempting("cannot enter the time namespace") { () throws(KernelError) in
            let namespace = try OwnedDescriptor(opening: "/proc/self/ns/time_for_children", .readOnly)
            try Namespaces.enter(namespace.number, .time, label: "time namespace")
        }
    }

    private func set(_ clock: String, _ offset: Int64, key: String) throws(OperationFailure) {
        if offset == 0 { return }
        var seconds = offset / 1_000_000_000
        var nanoseconds = offset % 1_000_000_000
        if nanoseconds < 0 {
            nanoseconds += 1_000_000_000
            seconds -= 1
        }
        let line = "\(clock) \(seconds) \(nanoseconds)\n"
        try attempting(
            "cannot shift the \(clock) clock", key: key, hint: "it must not go back to before its beginning", for: [.resultTooLarge]
        ) {
            () throws(KernelError) in try WholeFile.writeControl("/proc/self/timens_offsets", line)
        }
    }
}

/// Host name, loopback device, session keyring.
struct SurroundingsStep: InitStep {
    let name = "setting the host name and keyring"

    func perform(_ context: InitContext) throws(OperationFailure) {
        if let hostName = context.config.hostName, context.namespaces.born.contains(.uts) {
            try attempting("cannot set the host name \(hostName)", key: "lxc.uts.name", origin: context.origin("lxc.uts.name")) {
                () throws(KernelError) in try Namespaces.setHostName(hostName)
            }
        }
        if context.namespaces.born.union(context.namespaces.unshared).contains(.network) {
            try attempting("cannot bring the loopback device up") { () throws(KernelError) in try Namespaces.bringLoopbackUp() }
        }
        if context.config.security.sessionKeyring { try SessionKeyring.joinNewForContainer() }
    }
}

extension SessionKeyring {
    /// Leaves the caller's keys behind.
    static func joinNewForContainer() throws(OperationFailure) {
        do throws(KernelError) { try joinNew() } catch {
            // A kernel without keyrings has no host keys that could be reached.
            if error.errno == Errno(rawValue: 38) { return }
            throw OperationFailure(
                "cannot make a session keyring", error, hint: "set lxc.keyring.session = 0 to share the caller's keyring")
        }
    }
}
