// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LXCRuntime
import LinuxKernel

/// How a container is destroyed.
package struct DestroyOptions: Sendable {
    /// Kills a running container first.
    package var stopsFirst = false
    package var includesSnapshots = false
    package var logFile: String?
    package var logLevel: LogLevel?

    package init() {}
}

extension LXCError.Code {
    package static let hasSnapshots = LXCError.Code(rawValue: "has-snapshots")
    package static let hasClones = LXCError.Code(rawValue: "has-clones")
}

extension Container {
    /// Removes the container with its root filesystem.
    ///
    /// It also works on what is left of a container: without a configuration, with a broken one, or half-created.
    ///
    /// - Throws: ``LXCError``: `notDefined`, `alreadyRunning`, `hasSnapshots`, `hasClones`, `unfinishedCreation`; any other code when
    ///   something could not be removed, then a second call goes on.
    package func destroy(_ options: DestroyOptions) throws(LXCError) { try destroy(options, with: nil) }

    /// `owner`: a container that is being destroyed too, and with it its list of those that build on it.
    private func destroy(_ options: DestroyOptions, with owner: CloneRecords.Reference?) throws(LXCError) {
        let what = "cannot destroy \(name)"
        let isThere = try attempt(what) { () throws(KernelError) in try FileStatus.ifPresent(directory, followLinks: false) != nil }
        guard isThere else { throw LXCError(.notDefined, "\(name) is not defined", reason: "\(directory) does not exist") }
        if try isRunning() {
            guard options.stopsFirst else { throw LXCError(.alreadyRunning, "\(name) is running", reason: "") }
            try killIfRunning()
        }
        let lock = try attempt("\(what): cannot lock the container") { () throws(KernelError) in
            try ContainerLock(lxcPath: lxcPath, name: name, in: RunDirectory.resolve(), until: .now + .seconds(30))
        }
        defer { extendLifetime(lock) }
        let config = try configForRemoval(what)
        let plan = maintenancePlan(config, "lxc-destroy", options.logFile, options.logLevel)
        let log = try maintenanceLog(plan)
        let hold = try Self.finishEarlierRun(plan, log, until: .now + .seconds(options.stopsFirst ? 5 : 1))
        try tidyRestore()
        if config.rootfs.isManaged { try checkDependents(options) }
        try remove(plan, log, owner)
        extendLifetime(hold)
    }

    /// Finishes what a killed supervisor left undone; does nothing for a running container.
    package func finishEarlierRun() throws(LXCError) {
        let isNeeded = try attempt("cannot read the journal of \(name)") { () throws(KernelError) in
            try LeftoverCleanup.isNeeded(lxcPath: lxcPath, name: name)
        }
        guard isNeeded else { return }
        let plan = maintenancePlan(usableConfig(), "lxc-stop", nil, nil)
        let log = try maintenanceLog(plan)
        do { _ = try Self.finishEarlierRun(plan, log, until: .now) } catch { if error.code != .alreadyRunning { throw error } }
    }

    /// As ``finishEarlierRun()``, for a command that only asks about a stopped container: a device of the host must not be missing until
    /// somebody starts or destroys the container. Does nothing for other users than root, nor while a supervisor is at work.
    ///
    /// What cannot be done here is told to whoever starts the container next.
    package func finishAbandonedRun() {
        do { try finishAbandonedRestore() } catch { return }
        guard ProcessControl.effectiveUser == 0 else { return }
        do {
            guard try LeftoverCleanup.isAbandoned(lxcPath: lxcPath, name: name) else { return }
        } catch { return }
        do { try finishEarlierRun() } catch { return }
    }

    /// Keeps the container from being started as long as the result lives.
    ///
    /// `deadline`: asked for when somebody else keeps it.
    static func finishEarlierRun(
        _ plan: StartPlan, _ log: LogWriter, until deadline: @autoclosure () -> MonotonicInstant
    ) throws(LXCError) -> LeftoverCleanup {
        do throws(OperationFailure) {
            let hold = try LeftoverCleanup(plan: plan, log: log, until: deadline)
            try hold.finishEarlierRun()
            return hold
        } catch { throw LXCError(error.errno == Errno.addressInUse.rawValue ? .alreadyRunning : .failed, error) }
    }

    private func killIfRunning() throws(LXCError) {
        do { try kill() } catch { if error.code != .notRunning { throw error } }
    }

    /// The settings as far as they can be trusted to say what belongs to the container.
    private func configForRemoval(_ what: String) throws(LXCError) -> ContainerConfig {
        var config = usableConfig()
        switch try attempt(what, { () throws(KernelError) in try PartialMarker.inspect(directory) }) {
        case .absent: break
        case .inProgress: throw LXCError(.unfinishedCreation, what, reason: "it is still being created", hint: "wait for lxc-create to end")
        case .creatorDied:
            // It never was a container: nothing outside of its directory is known to be its own but what its creator noted.
            config.hooks = HookSettings()
            config.rootfs = RootfsSettings()
            config.rootfs.path = try attempt(what) { () throws(KernelError) in try PartialMarker.noted(directory) }.map { Sourced($0) }
        }
        // Only a whole path below the root directory can have been made for one container. A dataset of ZFS is no path.
        let isPath = config.rootfs.storageType != "zfs"
        if isPath, let path = config.rootfs.plainPath,
            !path.hasPrefix("/") || path.split(separator: "/").allSatisfy({ $0 == "." || $0 == ".." })
        {
            config.rootfs.path = nil
        }
        return config
    }

    /// The configuration; empty when it is missing or broken.
    func usableConfig() -> ContainerConfig {
        do { return try loadConfigIfDefined().config } catch { return ContainerConfig() }
    }

    func maintenancePlan(_ config: ContainerConfig, _ program: String, _ logFile: String?, _ level: LogLevel?) -> StartPlan {
        var plan = StartPlan(
            name: name, lxcPath: lxcPath, configFile: alternativeConfig ?? configFile, payload: .program([]), config: config)
        plan.program = program
        if let logFile { plan.logFile = logFile }
        if let level { plan.logLevel = level }
        return plan
    }

    func maintenanceLog(_ plan: StartPlan) throws(LXCError) -> LogWriter {
        let file = try plan.logFile.flatMap { $0 == "none" ? nil : $0 }.map { (path) throws(LXCError) in
            try attempt("cannot open the log file \(path)") { () throws(KernelError) in try LogWriter.open(path) }
        }
        return LogWriter(prefix: plan.program, name: name, level: plan.logLevel, file: file)
    }

    private func checkDependents(_ options: DestroyOptions) throws(LXCError) {
        let what = "cannot destroy \(name)"
        if try attempt(what, { () throws(KernelError) in try CloneRecords.hasDependents(directory, except: snapshotFolders) }) {
            throw LXCError(.hasClones, what, reason: "\(name) has clones", hint: "destroy the clones first")
        }
        for folder in snapshotFolders {
            let status = try attempt(what) { () throws(KernelError) in try FileStatus.ifPresent(folder, followLinks: false) }
            guard let status else { continue }
            // What it leads to was perhaps never the container's, and everything in it would be taken for a snapshot.
            guard status.kind != .symbolicLink else {
                throw LXCError(
                    .failed, what, reason: "\(folder) is a symbolic link", hint: "look at what it leads to, and remove the link first")
            }
            let interrupted = try interruptedSnapshots(in: folder)
            let names = try attempt(what) { () throws(KernelError) in try DirectoryListing.names(in: folder) }
            if names.count > interrupted.count && !options.includesSnapshots {
                throw LXCError(.hasSnapshots, what, reason: "\(name) has snapshots", hint: "use -s to destroy them too")
            }
            for snapshot in names {
                try Container(name: snapshot, lxcPath: folder, system: system).destroy(
                    DestroyOptions(), with: CloneRecords.Reference(lxcPath: lxcPath, name: name))
            }
        }
    }

    private func remove(_ plan: StartPlan, _ log: LogWriter, _ owner: CloneRecords.Reference?) throws(LXCError) {
        let what = "cannot destroy \(name)"
        let originals = try attempt(what) { () throws(KernelError) in try CloneRecords.originals(directory) }
        do { try ContainerRemoval(plan: plan, log: log).run() } catch { throw LXCError(.failed, error) }
        guard plan.config.rootfs.isManaged else { return }
        let own = CloneRecords.Reference(lxcPath: lxcPath, name: name)
        for original in originals where original != owner {
            try attempt("\(name) is gone, but \(original.name) still counts it as its clone") { () throws(KernelError) in
                try CloneRecords.remove(own, from: original)
            }
        }
    }
}
