// SPDX-License-Identifier: Apache-2.0
import LXCConfig
package import LinuxKernel

/// An attach whose process runs a function of the caller's own program, for libraries; ``AttachSession`` executes a program instead.
///
/// It says what the process has to do, and does what has to be done from outside. Making the process is the caller's: between its birth
/// and the function nothing may run that takes a lock, because the caller may have threads.
package struct CallbackAttach: ~Copyable {
    /// What the process does with itself before the function.
    package struct Orders {
        package var namespaces: NamespaceSet
        /// Process whose core-scheduling group is joined.
        package var coreScheduling: Int32?
        /// Of the caller; taken if the container has one of that name.
        package var workingDirectory: String?
        package var remountsProcAndSys: Bool
        package var personality: UInt?
        /// Capabilities that it loses for ever; nil spares it.
        package var dropped: UInt64?
        package var dropsGroups: Bool
        package var user: UInt32?
        package var group: UInt32?
        /// What is written to ``labelFile``.
        package var label: String?
        /// The process's own file that takes its label.
        package var labelFile: String?
        package var noNewPrivileges: Bool
        /// Whether it gets a session keyring of its own.
        package var hasOwnKeyring: Bool
        /// An array of `struct sock_filter`.
        package var filter: SystemCallFilter?
        package var environment: [String]
    }

    package let orders: Orders
    /// The handle on the container's init, whose namespaces are entered.
    package let initHandle: PidFD
    let client: ControlClient
    let plan: AttachPlan

    /// - Parameters:
    ///   - name: The container's name.
    ///   - client: Asks its monitor.
    ///   - wishes: What is wanted.
    ///   - labelsNow: Whether the process takes its label before the function, and not with the next program that it executes.
    /// - Throws: ``AttachFailure`` when the container does not run, or the process would be less confined than init is.
    package init(name: String, client: ControlClient, wishes: AttachWishes, labelsNow: Bool) throws(AttachFailure) {
        let handle = try Self.handle(client)
        let profile = try InitProfile.read(handle)
        let plan = try AttachPlan(name: name, wishes, profile)
        let filter = try AttachFilter.make(profile, wishes, client)
        let label = labelsNow ? plan.label?.now : plan.label
        orders = Orders(
            namespaces: plan.namespaces, coreScheduling: plan.coreScheduling, workingDirectory: plan.workingDirectory,
            remountsProcAndSys: plan.remountsProcAndSys, personality: plan.personality, dropped: plan.dropped?.rawValue,
            dropsGroups: plan.dropsGroups, user: plan.user, group: plan.group, label: label?.line,
            labelFile: label?.path, noNewPrivileges: plan.noNewPrivileges,
            hasOwnKeyring: plan.hasOwnKeyring, filter: filter, environment: plan.environment)
        initHandle = handle
        self.client = client
        self.plan = plan
    }

    private static func handle(_ client: ControlClient) throws(AttachFailure) -> PidFD {
        do { return try client.initPIDFD() } catch { throw AttachFailure("cannot find the container's init", error) }
    }

    /// Puts the process into the container's cgroups and under its limits.
    package func admit(_ pid: Int32) throws(AttachFailure) {
        if plan.joinsCgroups { try AttachCgroups.join(pid, client) }
        try attaching { () throws(OperationFailure) in
            try ProcessFiles.apply(plan.proc, to: pid)
            try ResourceLimits.apply(plan.limits, to: pid)
        }
    }

    /// Lets the container's monitor bring the process's system calls before the program that decides them.
    ///
    /// - Parameter listener: What the process got when it loaded its filter.
    /// - Throws: ``AttachFailure`` when the monitor refuses.
    package func serve(_ listener: SharedDescriptor) throws(AttachFailure) {
        do { try client.addSeccompListener(listener.owned) } catch {
            throw AttachFailure("cannot let the container's monitor serve the process's system calls", error)
        }
    }
}

extension InitProfile.Label {
    /// The same label, taken at once.
    fileprivate var now: InitProfile.Label {
        let isApparmor = line.hasPrefix("exec ")
        return InitProfile.Label(
            file: String(file.dropLast("exec".count)) + "current",
            line: isApparmor ? "changeprofile " + line.dropFirst("exec ".count) : line)
    }
}
