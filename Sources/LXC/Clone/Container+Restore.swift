// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

extension Container {
    /// Where a restored container is built: beside the container, under a name that none can have.
    private var restoreFolder: String { "\(lxcPath)/.\(name).restore" }

    /// Brings the container back to a snapshot.
    ///
    /// The new one is built beside the old one, the two are exchanged in one step, and the old one is removed then: whenever this is cut
    /// short, one whole container is there, and the next call tidies up.
    ///
    /// - Throws: ``LXCError``: `alreadyRunning`, `hasClones` when others build on its storage, `noSnapshot`.
    package func restore(_ snapshot: String, _ options: CloneOptions) throws(LXCError) {
        let what = "cannot restore \(snapshot) of \(name)"
        var options = options
        options.sharing = .whenPossible
        // Kept from being started, and from being restored by somebody else.
        let start = try beginCloning(what, CloneOptions())
        try tidyRestore()
        if try attempt(what, { () throws(KernelError) in try CloneRecords.hasDependents(directory) }) {
            throw LXCError(.hasClones, what, reason: "\(name) has clones", hint: "destroy the clones first, or restore under another name")
        }
        if let kind = StorageLocation(start.document.config.rootfs)?.kind, !kind.capabilities.isDisjoint(with: [.externalTools]),
            kind != .loop
        {
            throw LXCError(
                .failed, what, reason: "storage on \(kind.rawValue) cannot be exchanged", hint: "restore it under another name: -N NAME")
        }
        let original = try snapshotContainer(snapshot)
        let source = try original.beginCloning(what, CloneOptions())
        let build = CloneBuild(
            original: original, document: source.document, target: self, directory: restoreFolder, options: options)
        try Self.interruptible(what) { (signals) throws(LXCError) in
            do throws(LXCError) {
                try attempt(what) { () throws(KernelError) in
                    try HostPath.makeDirectories(restoreFolder)
                    try HostPath.changePermissions(restoreFolder, to: 0o770)
                }
                try PrivateWork(what: what).run(signals) { () throws(OperationFailure) in try build.run() }
                try destroyHooks(start.document.config, options)
                try exchange(what)
            } catch {
                try tidyRestore()
                throw error
            }
            try tidyRestore()
        }
        extendLifetime(start)
        extendLifetime(source)
    }

    private func destroyHooks(_ config: ContainerConfig, _ options: CloneOptions) throws(LXCError) {
        let plan = maintenancePlan(config, "lxc-snapshot", options.logFile, options.logLevel)
        let log = try maintenanceLog(plan)
        do { try ContainerRemoval(plan: plan, log: log).runHooks() } catch { throw LXCError(.failed, error) }
    }

    private func exchange(_ what: String) throws(LXCError) {
        try attempt(what) { () throws(KernelError) in
            // What belongs to the container and not to its content goes first: tidying puts it back when the exchange does not happen.
            for name in Self.lasting where try FileStatus.ifPresent("\(directory)/\(name)", followLinks: false) != nil {
                try HostPath.rename("\(directory)/\(name)", to: "\(restoreFolder)/\(name)")
            }
            try HostPath.exchange(directory, restoreFolder)
        }
    }

    /// What a restored container keeps of the old one.
    private static let lasting = ["snaps", "lxc_rdepends", "lxc_snapshots"]

    /// Finishes or takes back a restoring that was cut short. For a caller that holds the container.
    func tidyRestore() throws(LXCError) {
        try attempt("cannot tidy up after a restoring of \(name) that was cut short") { () throws(KernelError) in
            guard try FileStatus.ifPresent(restoreFolder, followLinks: false) != nil else { return }
            for name in Self.lasting {
                let (moved, own) = ("\(restoreFolder)/\(name)", "\(directory)/\(name)")
                guard try FileStatus.ifPresent(moved, followLinks: false) != nil else { continue }
                guard try FileStatus.ifPresent(own, followLinks: false) == nil else { continue }
                try HostPath.rename(moved, to: own)
            }
            let report = try TreeRemoval.remove(restoreFolder)
            if let first = report.remaining.first { throw first.error }
        }
    }
}
