// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LXCNetwork
import LXCStorage
import LinuxKernel

/// Finishes the work of a supervisor that was killed, from its journal.
///
/// The caller holds the container's command socket, so no other start or recovery goes on at the same time.
struct Recovery {
    let plan: StartPlan
    let journal: Journal
    let log: LogWriter
    let hooks: HookRunner

    func finishEarlierRun() throws(OperationFailure) {
        let owed = try readJournal()
        if owed.isEmpty { return }
        for entry in owed { try waitForSupervisor(entry) }
        // Read again: a supervisor that was only at work has done it all by now.
        let entries = try readJournal()
        guard !entries.isEmpty else { return }
        log.warn("an earlier run of \(plan.name) did not end in order: cleaning up after it")
        for entry in entries { killInit(entry) }
        let unpaid = settleNetwork(entries.compactMap { if case .network(let debt) = $0 { debt } else { nil } })
        let cgroups = entries.compactMap { if case .cgroup(let path) = $0 { path } else { nil } }
        for remaining in ContainerCgroups.remove(journalPaths: cgroups).remaining {
            log.warn("the cgroup \(remaining.path) stays behind; processes: \(remaining.processes)")
        }
        for case .blockDevice(let path) in entries {
            do { try NBDBackend().disconnect(path) } catch { log.failure(OperationFailure(error)) }
        }
        if entries.contains(.postStop) { runPostStop() }
        try attempting("cannot remove the traces of an earlier run") { () throws(KernelError) in
            for case .pidFile(let path) in entries where path != plan.pidFile { try HostPath.remove(path) }
            try journal.remove()
            if !unpaid.isEmpty { try journal.record(unpaid.map { .network($0) }) }
        }
    }

    private func readJournal() throws(OperationFailure) -> [Journal.Entry] {
        try attempting("cannot read the journal \(journal.path)") { () throws(KernelError) in try journal.entries() }
    }

    /// A supervisor that has given its socket up still runs the stop hooks; one that was killed is at most waiting to be collected.
    private func waitForSupervisor(_ entry: Journal.Entry) throws(OperationFailure) {
        guard case .supervisor(let pid, let startTime) = entry, pid != ProcessControl.pid else { return }
        do {
            let handle = try PidFD(pid)
            guard ProcessIdentity.isSame(pid, startTime: startTime), !handle.waitForEnd(milliseconds: 5000) else { return }
        } catch {
            if error.errno == .noSuchProcess { return }
            throw OperationFailure("cannot look at the earlier run of \(plan.name)", error)
        }
        throw OperationFailure(
            "cannot start \(plan.name)", reason: "an earlier run is still ending", hint: "its stop hooks are at work; try again in a moment"
        )
    }

    /// The kernel has killed init with its supervisor, unless the configuration said otherwise.
    private func killInit(_ entry: Journal.Entry) {
        guard case .initProcess(let pid, let startTime) = entry else { return }
        do {
            let handle = try PidFD(pid)
            // Checked behind the handle: from here on the number cannot mean another process.
            guard ProcessIdentity.isSame(pid, startTime: startTime) else { return }
            try handle.send(Signals.kill)
            _ = handle.waitForEnd(milliseconds: 5000)
        } catch {
            if error.errno != .noSuchProcess { log.warn("init of the earlier run: \(error)") }
        }
    }

    /// Returns what is owed still.
    private func settleNetwork(_ debts: [NetworkDebt]) -> [NetworkDebt] {
        let devicesOfHost = NetworkSettlement.returnDevices(debts)
        for case .script(let index, let hostEnd) in debts {
            guard let settings = plan.config.networks.first(where: { $0.index == index }) else { continue }
            var device = MadeDevice(settings)
            device.hostEnd = hostEnd.map { MadeDevice.HostEnd(name: $0, index: 0) }
            do { try hooks.run(.down, of: device) } catch { log.failure(error) }
        }
        let rest = debts.filter { !devicesOfHost.unpaid.contains($0) }
        for problem in devicesOfHost.problems + NetworkSettlement.settle(rest) { log.warn(problem) }
        return devicesOfHost.unpaid
    }

    private func runPostStop() {
        hooks.environment.target = "stop"
        defer { hooks.environment.target = nil }
        do { try hooks.run(.postStop, inside: false) } catch { log.failure(error) }
    }
}
