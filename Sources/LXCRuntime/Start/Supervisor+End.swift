// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LXCSecurity
import LinuxKernel

extension Supervisor {
    /// Everything after init died, in C LXC's order.
    func endRun() -> Outcome {
        let status = collectInit()
        // The kernel turns reboot(2) in a PID namespace into the death of its init by these signals.
        let reboots = status == .signaled(Signals.hangup) && !isAbandoned
        log.info("init \(status)")
        publisher.reportExit(status)
        return .ended(status, reboots: tearDown(target: reboots ? "reboot" : "stop"))
    }

    /// The end of a start that failed.
    func abandon(_ failure: OperationFailure) {
        publisher.change(to: .aborting)
        if let initHandle {
            do { try ProcessSignal.send(Signals.kill, toHandle: initHandle.number) } catch { log.debug("init: \(error)") }
            _ = collectInit()
        }
        _ = tearDown(target: "stop")
        report(failure)
    }

    private func collectInit() -> ExitStatus {
        defer {
            stopWatchingInit()
            initHandle = nil
        }
        guard let initHandle else { return .exited(0) }
        do { return try ProcessSignal.collect(handle: initHandle.number) } catch {
            log.warn("the status of init is lost: \(error)")
            return .exited(0)
        }
    }

    /// - Parameter target: `stop` or `reboot`.
    /// - Returns: Whether a reboot goes ahead.
    private func tearDown(target: String) -> Bool {
        var reboots = target == "reboot"
        isEnding = true
        hooks.environment.namespaces = keptNamespaces.map { ($0.file, "/proc/\(ProcessControl.pid)/fd/\($0.descriptor.number)") }
        takeNetworkDown()
        publisher.change(to: .stopping)
        notifier?.end()
        (notifier, listener) = (nil, nil)
        closeTerminals()
        hooks.environment.target = target
        runLate(.stop)
        disconnectRootfs()
        removeCgroups()
        if !reboots { removeProfile() }
        if !reboots { closeSocket() }
        publisher.finishRun(rebooting: reboots)
        keptNamespaces = []
        hooks.environment.namespaces = []
        if !runLate(.postStop) { reboots = false }
        hooks.environment.target = nil
        initNumber = -1
        if plan.config.isEphemeral && !reboots { destroyEphemeral() }
        closeJournal(pidFileStays: reboots)
        return reboots
    }

    /// The last thing on the machine that belongs to this run: until it is gone the next start waits for this process.
    private func closeJournal(pidFileStays: Bool) {
        do {
            if !pidFileStays, let pidFile = plan.pidFile { try HostPath.remove(pidFile) }
            try journal.remove()
            isJournalSigned = false
            if !networkDebts.isEmpty { try record(networkDebts.map { .network($0) }) }
        } catch { log.warn("cannot clean up: \(error)") }
    }

    @discardableResult
    private func runLate(_ hook: Hook) -> Bool {
        do {
            try hooks.run(hook, inside: false)
            return true
        } catch {
            log.failure(error)
            return false
        }
    }

    private func closeTerminals() {
        server?.endLeases()
        console?.close()
        console = nil
        terminals.fill([])
        leases = KeyedList()
        devpts = nil
    }

    private func removeCgroups() {
        guard let cgroups else { return }
        reportMetLimits(cgroups)
        removeNestedUserCgroups()
        for remaining in cgroups.removePayload().remaining {
            log.warn("the cgroup \(remaining.path) stays behind; processes: \(remaining.processes)")
        }
        do {
            for remaining in try cgroups.removeMonitor().remaining { log.warn("the cgroup \(remaining.path) stays behind") }
        } catch { log.warn("the monitor's cgroup stays behind: \(error)") }
        self.cgroups = nil
        recordedCgroups = []
    }

    /// Why processes were missing is known only as long as the cgroups are there.
    private func reportMetLimits(_ cgroups: ContainerCgroups) {
        guard log.wants(.warn), !plan.config.cgroup.limits.isEmpty else { return }
        let met: CgroupStatistics
        do { met = try cgroups.statistics(CgroupStatistics.Source.events) } catch { return log.debug("the limits that were met: \(error)") }
        if let kills = met.memoryKills, kills > 0 {
            log.warn("the kernel has killed \(kills) of the container's processes, because its memory was at the limit")
        }
        if let refused = met.refusedForks, refused > 0 {
            log.warn("\(refused) of the container's processes could not be made, because it had as many as its limit allows")
        }
    }

    /// Nobody is left who runs in it.
    private func removeProfile() {
        guard let name = ApparmorConfinement.generatedName(label, plan) else { return }
        do { try ApparmorModule.remove(name) } catch { log.warn("the AppArmor profile \(name) stays loaded: \(error)") }
    }

    private func closeSocket() {
        do { try server?.close() } catch { log.warn("the command socket: \(error)") }
    }

    private func destroyEphemeral() {
        let destruction = ContainerRemoval(lxcPath: plan.lxcPath, name: plan.name, config: plan.config, hooks: hooks, log: log)
        do { try destruction.run() } catch { log.failure(error) }
    }

    func stopWatchingInit() {
        guard let source = initSource else { return }
        initSource = nil
        forget(source)
    }
}
