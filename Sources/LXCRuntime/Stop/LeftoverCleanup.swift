// SPDX-License-Identifier: Apache-2.0
import LXCConfig
package import LinuxKernel

/// Keeps a stopped container from being started, and finishes what a killed supervisor of it left undone.
///
/// The lock is the name of the container's control socket: whoever starts it finds the name taken, whoever asks for it is told that
/// the container is stopped. It is given back when the value goes.
package struct LeftoverCleanup: ~Copyable {
    private let name: AbstractNameReservation
    private let plan: StartPlan
    private let journal: Journal
    private let log: LogWriter

    /// Whether a killed supervisor owes anything.
    package static func isNeeded(lxcPath: String, name: String) throws(KernelError) -> Bool {
        try !Journal(lxcPath: lxcPath, name: name, in: RunDirectory.resolve()).entries().isEmpty
    }

    /// Whether something is owed and nobody is at work on it: the supervisor that would be has gone.
    package static func isAbandoned(lxcPath: String, name: String) throws(KernelError) -> Bool {
        let entries = try Journal(lxcPath: lxcPath, name: name, in: RunDirectory.resolve()).entries()
        return !entries.isEmpty
            && entries.allSatisfy {
                guard case .supervisor(let pid, let startTime) = $0 else { return true }
                return !ProcessIdentity.isSame(pid, startTime: startTime)
            }
    }

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - plan: The container as a start would see it; hooks read their variables from it.
    ///   - log: Where warnings go.
    ///   - deadline: A supervisor on its way out may hold the name a little longer; only asked for then.
    /// - Throws: ``OperationFailure`` with the error number of `.addressInUse` when the container runs.
    package init(plan: StartPlan, log: LogWriter, until deadline: () -> MonotonicInstant) throws(OperationFailure) {
        let directory = try attempting("cannot get hold of \(plan.name)") { () throws(KernelError) in try RunDirectory.resolve() }
        name = try Self.reserve(plan, deadline)
        journal = Journal(lxcPath: plan.lxcPath, name: plan.name, in: directory)
        self.plan = plan
        self.log = log
    }

    /// Does what the journal says: ends a surviving init, removes cgroups, runs the post-stop hooks.
    package func finishEarlierRun() throws(OperationFailure) {
        let isOwed = try attempting("cannot read the journal \(journal.path)") { () throws(KernelError) in try !journal.entries().isEmpty }
        // Nearly always nothing is.
        guard isOwed else { return }
        let mountPoint = plan.config.rootfs.mountPoint ?? InstalledPaths.rootfsMount
        let environment = HookEnvironment(plan, mountPoint: mountPoint, hasCgroupNamespaces: true)
        let hooks = HookRunner(plan: plan, log: log, environment: environment)
        try Recovery(plan: plan, journal: journal, log: log, hooks: hooks).finishEarlierRun()
    }

    private static func reserve(
        _ plan: StartPlan, _ deadline: () -> MonotonicInstant
    ) throws(OperationFailure) -> AbstractNameReservation {
        var end: MonotonicInstant?
        while true {
            do throws(KernelError) {
                return try AbstractNameReservation(
                    of: CommandAddress(lxcPath: plan.lxcPath, name: plan.name).socketAddress())
            } catch {
                let limit = end ?? deadline()
                end = limit
                if error.errno != .addressInUse || limit.hasPassed {
                    throw OperationFailure(
                        "cannot get hold of \(plan.name)", error,
                        hint: error.errno == .addressInUse ? "it is running or being started" : nil)
                }
                (MonotonicInstant.now + .milliseconds(2)).sleep()
            }
        }
    }
}
