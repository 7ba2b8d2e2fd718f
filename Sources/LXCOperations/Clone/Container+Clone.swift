// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

extension Container {
    /// Makes another container of this one.
    ///
    /// - Parameters:
    ///   - target: The new container.
    ///   - options: What is copied, and what differs.
    ///   - what: What fails if it does; nil for a clone.
    ///   - notes: Called with one line about what was done on the way.
    /// - Throws: ``LXCError``: `notDefined`, `alreadyRunning`, `alreadyDefined` for the target. Nothing of the clone is left then.
    package func clone(
        to target: Container, _ options: CloneOptions, what: String? = nil, notes: (String) -> Void = { _ in }
    ) throws(LXCError) {
        let what = what ?? String(concatenating: "cannot clone ", name, " to ", target.name)
        try target.checkIsNew(notes)
        let start = try beginCloning(what, options)
        let document = start.document
        try Self.interruptible(what) { (signals) throws(LXCError) in
            var made = CreatedParts()
            made.helper = Self.helper(for: document.config.idMap)
            let marker = try target.reserve(&made)
            do throws(LXCError) {
                let build = CloneBuild(
                    original: self, document: document, target: target, directory: target.directory, options: options)
                let storage = try build.make(what, signals) { (location) throws(KernelError) in try marker.note(location.text) }
                try target.recordOriginals(of: self, storage, what)
            } catch { throw target.undone(made, after: error) }
            do throws(KernelError) { try marker.finish() } catch {
                throw target.undone(made, after: LXCError("cannot finish \(target.name)", error))
            }
        }
        extendLifetime(start)
    }

    /// Reads the configuration of a container that is to be cloned, and keeps it from being started.
    func beginCloning(_ what: String, _ options: CloneOptions) throws(LXCError) -> CloneStart {
        let document: ContainerConfigDocument
        do { document = try loadConfig() } catch {
            guard error.code == .notDefined else { throw error }
            throw LXCError(
                .notDefined, what, reason: "\(name) is not defined in \(lxcPath)",
                hint: "see lxc-ls -P \(lxcPath) for the containers there are")
        }
        if options.allowsRunning { return CloneStart(document: document, hold: nil) }
        let hold = try holdStopped(what, maintenancePlan(document.config, "lxc-copy", options.logFile, options.logLevel))
        try tidyRestore()
        try tidyRename()
        try tidySnapshots()
        return CloneStart(document: document, hold: hold)
    }

    /// Keeps a stopped container from being started; waits for a supervisor on its way out, but not for a container that runs.
    private func holdStopped(_ what: String, _ plan: StartPlan) throws(LXCError) -> LeftoverCleanup {
        let log = try maintenanceLog(plan)
        do { return try Self.finishEarlierRun(plan, log, until: .now) } catch { if error.code != .alreadyRunning { throw error } }
        try checkControl()
        if try isRunning() {
            throw LXCError(.alreadyRunning, what, reason: "\(name) is running", hint: "stop it first: lxc-stop -n \(name)")
        }
        do { return try Self.finishEarlierRun(plan, log, until: .now + .seconds(30)) } catch {
            guard error.code == .alreadyRunning else { throw error }
            throw LXCError(.alreadyRunning, what, reason: "somebody starts it or works on it", hint: "try again when that has ended")
        }
    }

    /// Does work during which a signal is a request to undo everything.
    static func interruptible(
        _ what: String, _ work: (borrowing BlockedSignals) throws(LXCError) -> Void
    ) throws(LXCError) {
        let signals = try attempt(what) { () throws(KernelError) in try BlockedSignals(PrivateWork.interruptions) }
        var failure: LXCError?
        do { try work(signals) } catch { failure = error }
        if let failure {
            // Everything is undone: a second signal has nothing left to ask for, and must not keep the reason from being told. Where it
            // cannot be taken, for want of a descriptor, it stays blocked.
            do throws(KernelError) {
                try signals.discard()
                try signals.unblock()
            } catch {}
            throw failure
        }
        try attempt(what) { () throws(KernelError) in try signals.unblock() }
    }

    /// Takes down which containers' layers the new container needs, here and there.
    ///
    /// `storage`: of the new container; nil when only its configuration tells.
    private func recordOriginals(of original: Container, _ storage: StorageLocation?, _ what: String) throws(LXCError) {
        let known = if let storage { storage } else { try StorageLocation(loadConfig().config.rootfs) }
        guard let location = known, location.kind.capabilities.contains(.dependentClones) else { return }
        try attempt("\(what): cannot write down what it depends on") { () throws(KernelError) in
            let direct = CloneRecords.Reference(lxcPath: original.lxcPath, name: original.name)
            // A copy of an overlay lies on the same layers as its original, and not on the original.
            let inherited = try CloneRecords.originals(original.directory)
            let originals = inherited.isEmpty || location.source.hasPrefix(original.directory + "/") ? [direct] + inherited : inherited
            try CloneRecords.write(originals, directory)
            for original in originals { try CloneRecords.add(CloneRecords.Reference(lxcPath: lxcPath, name: name), to: original) }
        }
    }

    /// Removes what there is of a clone; the error tells what stayed.
    private func undone(_ made: CreatedParts, after error: LXCError) -> LXCError {
        let own = CloneRecords.Reference(lxcPath: lxcPath, name: name)
        var hint: String?
        do throws(KernelError) {
            for original in try CloneRecords.originals(directory) { try CloneRecords.remove(own, from: original) }
        } catch { hint = "some container still counts \(name) as its clone: \(error.reason(after: ""))" }
        do throws(StorageFailure) {
            let config = try? loadConfig().config  // without one no storage was made
            if let config, let location = StorageLocation(config.rootfs) {
                try StorageBackends.backend(of: location).remove(location, directory: directory)
            }
        } catch { hint = "not everything could be removed: \(error.what): \(error.reason)" }
        var failure = made.removed(after: error)
        if let hint {
            var changed = failure.failure
            changed.hint = hint
            failure = LXCError(failure.code, changed)
        }
        return failure
    }
}

/// A container that is being cloned: its configuration, and what keeps it from being started.
struct CloneStart: ~Copyable {
    let document: ContainerConfigDocument
    /// Nil when it may run.
    let hold: LeftoverCleanup?
}
