// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

extension Container {
    /// Where a restored container is built: beside the container, under a name that none can have.
    private var restoreFolder: String { String(concatenating: lxcPath, "/.", name, ".restore") }

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
        let original = try snapshotContainer(snapshot)
        let source = try original.beginCloning(what, CloneOptions())
        let stays = Self.sharesLayers(start.document.config, source.document.config)
        let replaced = try replacedStorage(start.document.config, by: source.document.config, what)
        options.replaces = replaced?.location
        // Layers that stay are all that others can have of an overlay. A dataset's own snapshots get what they need of it.
        let spared = replaced == nil ? [] : snapshotFolders
        if !stays, try attempt(what, { () throws(KernelError) in try CloneRecords.hasDependents(directory, except: spared) }) {
            throw LXCError(.hasClones, what, reason: "\(name) has clones", hint: "destroy the clones first, or restore under another name")
        }
        let build = CloneBuild(
            original: original, document: source.document, target: self, directory: restoreFolder, options: options)
        try Self.interruptible(what) { (signals) throws(LXCError) in
            do throws(LXCError) {
                try attempt(what) { () throws(KernelError) in
                    try HostPath.makeDirectories(restoreFolder)
                    try HostPath.changePermissions(restoreFolder, to: 0o770)
                }
                do throws(OperationFailure) { try replaced?.setAside(notingIn: restoreFolder) } catch { throw LXCError(.failed, error) }
                try PrivateWork(what: what, helper: build.helper).run(signals) { () throws(OperationFailure) in try build.run { _ in } }
                try destroyHooks(start.document.config, options)
                try exchange(what, layers: stays ? ownLayers(start.document.config) : [])
            } catch {
                try tidyRestore()
                throw error
            }
            try tidyRestore()
        }
        extendLifetime(start)
        extendLifetime(source)
    }

    /// Storage outside of the directory that has to be exchanged by itself; nil when everything is in the directory.
    private func replacedStorage(
        _ own: ContainerConfig, by snapshot: ContainerConfig, _ what: String
    ) throws(LXCError) -> ReplacedStorage? {
        guard let own = StorageLocation(own.rootfs) else { return nil }
        switch own.kind {
        case .dir, .overlay, .btrfs, .loop: return nil
        case .lvm, .zfs, .nbd, .rbd: break
        }
        guard let replaced = ReplacedStorage(own), StorageLocation(snapshot.rootfs)?.kind == own.kind else {
            throw LXCError(
                .failed, what, reason: "storage on \(own.kind.rawValue) cannot be exchanged",
                hint: "restore it under another name: -N NAME")
        }
        return replaced
    }

    private func destroyHooks(_ config: ContainerConfig, _ options: CloneOptions) throws(LXCError) {
        let plan = maintenancePlan(config, "lxc-snapshot", options.logFile, options.logLevel)
        let log = try maintenanceLog(plan)
        do { try ContainerRemoval(plan: plan, log: log).runHooks() } catch { throw LXCError(.failed, error) }
    }

    /// `layers`: those in the directory that the restored container lies on as well, relative to it.
    private func exchange(_ what: String, layers: [String]) throws(LXCError) {
        let lasting = Self.lasting + layers
        try attempt(what) { () throws(KernelError) in
            // Whoever tidies up must know them even when the configuration cannot be read then.
            if !layers.isEmpty {
                let text = layers.map { $0 + "\n" }.joined()
                try AtomicFile.write(restoreFolder + "/" + Self.layerNote, text.kernelBytes, mode: 0o600)
            }
            // What belongs to the container and not to its content goes first: tidying puts it back when the exchange does not happen.
            for name in lasting where try FileStatus.ifPresent("\(directory)/\(name)", followLinks: false) != nil {
                let parent = DirectoryHandle.split(name).parent
                if !parent.isEmpty { try HostPath.makeDirectories("\(restoreFolder)/\(parent)") }
                try HostPath.rename("\(directory)/\(name)", to: "\(restoreFolder)/\(name)")
            }
            try HostPath.exchange(directory, restoreFolder)
        }
    }

    private static let layerNote = "kept-layers"

    /// What a restored container keeps of the old one, whatever it is kept on.
    private static let lasting = ["snaps", "lxc_rdepends", "lxc_snapshots"]

    /// Whether a container and its snapshot lie on the same layers, so that only the changes are replaced.
    private static func sharesLayers(_ own: ContainerConfig, _ snapshot: ContainerConfig) -> Bool {
        guard let own = StorageLocation(own.rootfs), let snapshot = StorageLocation(snapshot.rootfs) else { return false }
        return own.kind == .overlay && snapshot.kind == .overlay && own.source == snapshot.source
    }

    /// The lower layers in the container's own directory, relative to it: its snapshots lie on them too.
    private func ownLayers(_ config: ContainerConfig) -> [String] {
        guard let location = StorageLocation(config.rootfs), location.kind == .overlay else { return [] }
        let prefix = directory + "/"
        return location.source.split(separator: ":").filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// Whether a restoring is under way, or was cut short.
    package var isRestoreUnfinished: Bool {
        get throws(LXCError) {
            try attempt("cannot look for \(restoreFolder)") { () throws(KernelError) in
                try FileStatus.ifPresent(restoreFolder, followLinks: false) != nil
            }
        }
    }

    /// Finishes or takes back a restoring that was cut short, unless somebody is at work on it.
    func finishAbandonedRestore() throws(LXCError) {
        guard try isRestoreUnfinished else { return }
        let plan = maintenancePlan(usableConfig(), "lxc-snapshot", nil, nil)
        let log = try maintenanceLog(plan)
        do {
            let hold = try Self.finishEarlierRun(plan, log, until: .now)
            try tidyRestore()
            extendLifetime(hold)
        } catch { if error.code != .alreadyRunning { throw error } }
    }

    /// Storage outside of the directory is put back, or removed when what replaces it counts already.
    private func tidyReplaced() throws(LXCError) {
        let what = "cannot tidy up after a restoring of \(name) that was cut short"
        if let pending = try attempt(what, { () throws(KernelError) in try ReplacedStorage(notedIn: restoreFolder) }) {
            do throws(StorageFailure) { try pending.putBack() } catch { throw LXCError(.failed, OperationFailure(error)) }
        } else if let done = try attempt(what, { () throws(KernelError) in try ReplacedStorage(notedIn: directory) }) {
            try done.finish(directory)
        }
    }

    /// Finishes or takes back a restoring that was cut short. For a caller that holds the container.
    func tidyRestore() throws(LXCError) {
        guard try isRestoreUnfinished else { return }
        try tidyReplaced()
        try attempt("cannot tidy up after a restoring of \(name) that was cut short") { () throws(KernelError) in
            // Here the exchange is over, and the layers are where they belong.
            try HostPath.remove(directory + "/" + Self.layerNote)
            let note = restoreFolder + "/" + Self.layerNote
            let layers = try FileStatus.ifPresent(note, followLinks: false) == nil ? "" : WholeFile.text(note, limit: 1 << 20)
            for name in Self.lasting + layers.split(separator: "\n").map(String.init) {
                let (moved, own) = ("\(restoreFolder)/\(name)", "\(directory)/\(name)")
                guard try FileStatus.ifPresent(moved, followLinks: false) != nil else { continue }
                // A layer's place may be taken by the folder that was made for it; snapshots must not go with what is removed.
                let isTaken = try FileStatus.ifPresent(own, followLinks: false) != nil
                if !isTaken || name == "snaps" { try HostPath.rename(moved, to: own) }
            }
        }
        if let helper = Self.helper(for: usableConfig().idMap) {
            do throws(OperationFailure) { try helper.remove([restoreFolder]) } catch { throw LXCError(.failed, error) }
        }
        do throws(StorageFailure) { try StoragePlace.remove(restoreFolder) } catch { throw LXCError(.failed, OperationFailure(error)) }
    }
}
