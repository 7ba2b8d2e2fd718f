// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The process in the container, from its birth until it executes the program.
///
/// It cannot be traced by the container's processes on the way, and holds no descriptor but the standard streams and its channel. The
/// label for its program it has inherited.
struct AttachedProcess {
    let plan: AttachPlan
    /// The system call filter; nil without one.
    let filter: SystemCallFilter?
    let terminal: Int32?

    func run(_ channel: AttachChannel) -> Never {
        do {
            try attaching { () throws(OperationFailure) in
                if plan.remountsProcAndSys { try remountProcAndSys() }
                if let personality = plan.personality {
                    try attempting("cannot set the personality") { () throws(KernelError) in
                        try ProcessControl.setPersonality(personality)
                    }
                }
                try attempting("cannot prepare the session") { () throws(KernelError) in try prepareSession() }
                try attempting("cannot drop capabilities") { () throws(KernelError) in try dropCapabilities() }
                // Only root may load a filter without no_new_privs; otherwise it comes last, so that a policy which allows few calls does
                // not have to allow ours.
                let isFilteredEarly = !plan.noNewPrivileges && plan.user ?? 0 != 0
                if isFilteredEarly {
                    try joinKeyring()
                    try loadFilter(channel)
                }
                try becomeUser()
                // Where it can be: the keyring is the user's then.
                if !isFilteredEarly { try joinKeyring() }
                if plan.noNewPrivileges {
                    try attempting("cannot set no_new_privs") { () throws(KernelError) in try ProcessControl.setNoNewPrivileges() }
                }
                try attempting("cannot prepare the execution") { () throws(KernelError) in
                    try ProcessControl.unblockAllSignals()
                    try Execution.closeOnExec(from: 3)
                }
                if !isFilteredEarly { try loadFilter(channel) }
            }
            try ProgramSearch.execute(command, environment: plan.environment)
        } catch {
            Self.report(error, channel)
        }
        ProcessCopy.exitNow(1)
    }

    /// Tells the tool why there is no program, and ends the process.
    static func report(_ failure: AttachFailure, _ channel: AttachChannel) -> Never {
        do { try channel.send(.failed(failure)) } catch {}  // the tool is gone: nobody else could be told
        ProcessCopy.exitNow(1)
    }

    private var command: [String] {
        switch plan.command {
        case .program(let words): return words
        case .shell:
            // The root directory is the container's by now, unless the mount namespace was not asked for.
            guard let root = try? DirectoryHandle(opening: "/"),  // unreadable: the shell that every system has
                let shell = PasswdFile.shell(of: plan.user ?? ProcessControl.effectiveUser, beneath: root)
            else { return ["/bin/sh"] }
            return [shell]
        }
    }

    private func remountProcAndSys() throws(OperationFailure) {
        try attempting("cannot get a mount namespace of its own for the program") { () throws(KernelError) in
            try Namespaces.unshare(.mount)
            try MountPoint.setPropagation("/", .replica, recursive: true)
        }
        for (type, place) in [("proc", "/proc"), ("sysfs", "/sys")] {
            try attempting("cannot mount a fresh \(place)") { () throws(KernelError) in
                try DetachedMount(newInstanceOf: type, source: type, options: [], attributes: .harmless).attach(toPath: place)
            }
        }
    }

    private func prepareSession() throws(KernelError) {
        // A session of its own even without a terminal: the caller's would be /dev/tty otherwise, and could be typed into.
        try ProcessControl.newSession()
        guard let terminal else { return }
        for stream in [StandardStream.input, .output, .error] where stream.isTerminal {
            try ProcessControl.replaceStandard(stream, with: terminal)
        }
        try TerminalMode.takeAsControlling(terminal)
        DescriptorFlags.close(terminal)
    }

    private func dropCapabilities() throws(KernelError) {
        guard let dropped = plan.dropped else { return }
        let lost = CapabilitySets.bounding().intersection(dropped)
        if !lost.isEmpty { try CapabilitySets.dropFromBounding(lost) }
        try CapabilitySets.clearAmbient()
        let sets = try CapabilitySets.current()
        // CVE-2022-24769: a file with inheritable capabilities must not gain any.
        try CapabilitySets.set(effective: sets.effective, permitted: sets.permitted, inheritable: [])
    }

    /// The caller's session may hold keys: whoever has its keyring can use them, also from another user namespace.
    private func joinKeyring() throws(OperationFailure) {
        guard plan.hasOwnKeyring else { return }
        try SessionKeyring.joinNewForContainer()
    }

    private func loadFilter(_ channel: AttachChannel) throws(OperationFailure) {
        guard let filter else { return }
        try attempting("cannot give the program the container's system call filter", key: "lxc.seccomp.profile") { () throws(KernelError) in
            guard let listener = try filter.load() else { return }
            try channel.send(.listener, descriptors: [listener.descriptor.number])
        }
    }

    private func becomeUser() throws(OperationFailure) {
        // Never the caller's groups: they would reach files of the host's users.
        if let groups = plan.groups {
            try attempting("cannot take the supplementary groups in the container", hint: unmapped, for: [.invalidArgument]) {
                () throws(KernelError) in try Credentials.setSupplementaryGroups(groups)
            }
        } else if plan.dropsGroups {
            try attempting("cannot drop the caller's groups") { () throws(KernelError) in try Credentials.setSupplementaryGroups([]) }
        }
        if let group = plan.group {
            try attempting("cannot become group \(group) of the container", hint: unmapped, for: [.invalidArgument]) {
                () throws(KernelError) in try Credentials.setGroup(group)
            }
        }
        if let user = plan.user {
            try attempting("cannot become user \(user) of the container", hint: unmapped, for: [.invalidArgument]) {
                () throws(KernelError) in try Credentials.setUser(user)
            }
        }
        // Changing ids makes the process traceable again.
        try attempting("cannot hide the process") { () throws(KernelError) in try ProcessControl.setDumpable(false) }
    }

    private var unmapped: String? {
        plan.namespaces.contains(.user) ? "the container has only the ids that lxc.idmap gives it" : nil
    }
}
