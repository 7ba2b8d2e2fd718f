// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

/// Fills the directory of a clone.
struct CloneBuild {
    let original: Container
    /// The original's configuration.
    let document: ContainerConfigDocument
    /// The clone as it will be.
    let target: Container
    /// Where it is built: the clone's own directory, or another one that becomes it.
    let directory: String
    let options: CloneOptions

    /// What ``begin(noting:)`` made.
    struct Begun {
        let storage: CloneStorage
        let location: StorageLocation
        let config: ContainerConfig
    }

    /// Builds everything: storage, configuration, content, hooks. For a process with mounts of its own.
    ///
    /// `noting`: takes down what storage was made, before anything else can end the work.
    func run(noting: (StorageLocation) throws(KernelError) -> Void) throws(OperationFailure) {
        guard let begun = try begin(noting: noting) else { return }
        try end(begun)
        if let helper { try handOver(begun.location, helper) }
    }

    /// What an ordinary user needs to work on the files of both containers.
    var helper: MappedHelper? { Container.helper(for: document.config.idMap) }

    /// Builds everything, in a process with mounts of its own where that is needed.
    ///
    /// `what`: for errors; `signals`: see ``PrivateWork``.
    /// Returns the storage, if it was made in this process.
    func make(
        _ what: String, _ signals: borrowing BlockedSignals, noting: (StorageLocation) throws(KernelError) -> Void
    ) throws(LXCError) -> StorageLocation? {
        let helper = helper
        let work = PrivateWork(what: what, helper: helper)
        guard helper == nil && isLayerWithoutHooks else {
            try work.run(signals) { () throws(OperationFailure) in try run(noting: noting) }
            return nil
        }
        let rest: Begun?
        do throws(OperationFailure) {
            rest = try begin(noting: noting)
            guard let rest, try !endLayer(rest) else { return rest?.location }
        } catch { throw LXCError(.failed, error) }
        if let rest { try work.run(signals) { () throws(OperationFailure) in try end(rest) } }
        return rest?.location
    }

    /// Makes the storage and the configuration; nil when that is all, because there is no root filesystem.
    func begin(noting: (StorageLocation) throws(KernelError) -> Void) throws(OperationFailure) -> Begun? {
        let storage = StorageLocation(document.config.rootfs).map { CloneStorage(original: $0, order: order, options: options) }
        let made = try storage.map { (storage) throws(OperationFailure) in try storage.make() }
        if let made {
            try attempting("cannot take down what was made for \(target.name)") { () throws(KernelError) in try noting(made) }
        }
        var clone = document
        var config = CloneConfig(original: original, directory: target.directory, name: target.name, options: options)
        do { try config.adapt(&clone, made.map { $0.moved(from: directory, to: target.directory) }) } catch { throw error.failure }
        try write(clone, config.files)
        guard let storage, let made else { return nil }
        return Begun(storage: storage, location: made, config: clone.config)
    }

    /// Fills the storage, and lets the clone know its name. For a process with mounts of its own.
    func end(_ begun: Begun) throws(OperationFailure) { try finish(begun.location, begun.storage.fill(begun.location), begun.config) }

    /// Whether ``begin(noting:)`` is a matter of few calls, and no hook runs: a layer over a folder.
    var isLayerWithoutHooks: Bool {
        guard options.sharing == .required, StorageLocation(document.config.rootfs)?.kind == .dir else { return false }
        return document.config.hooks.commands(.clone).isEmpty
    }

    /// Does what is left for a layer without hooks, the host name, unless that takes a mount.
    ///
    /// - Parameter begun: Of a build that ``isLayerWithoutHooks``.
    /// - Returns: False when it takes ``end(_:)``.
    /// - Throws: ``OperationFailure`` when the name cannot be written.
    func endLayer(_ begun: Begun) throws(OperationFailure) -> Bool {
        guard !options.keepsName else { return true }
        return try usingStorage { () throws(StorageFailure) in
            try FreshUpperLayer(begun.location)?.replace(in: EntryName("etc"), EntryName("hostname"), with: target.name.kernelBytes)
                ?? false
        }
    }

    private var order: StorageOrder {
        var order = StorageOrder(name: options.storageName ?? target.name, directory: directory)
        if let replaced = options.replaces { order.takeNames(of: replaced) }
        order.size = options.size
        order.isHistoric = options.isHistoric
        order.takeDefaults(from: target.system)
        return order
    }

    private func write(_ config: ContainerConfigDocument, _ files: [String]) throws(OperationFailure) {
        try attempting("cannot write the configuration of \(target.name)") { () throws(KernelError) in
            let file = try OwnedDescriptor(
                opening: directory.appendingPath("config"), [.writeOnly, .create, .exclusive, .noFollow], mode: 0o640)
            try file.setPermissions(0o640)
            try file.writeAll(config.bytes)
        }
        for file in options.files {
            try attempting("cannot write \(directory)/\(file.name)") { () throws(KernelError) in
                let made = try OwnedDescriptor(
                    opening: directory.appendingPath(file.name), [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644)
                try made.writeAll(file.content)
            }
        }
        for name in files { try copy(name) }
        for folder in options.folders {
            try attempting("cannot make \(directory)/\(folder)") { () throws(KernelError) in
                try HostPath.makeDirectories(directory.appendingPath(folder))
            }
        }
    }

    /// A hook or an fstab of the original's directory; one that is missing there is missing in the clone too.
    private func copy(_ name: String) throws(OperationFailure) {
        try attempting("cannot copy \(original.directory)/\(name)") { () throws(KernelError) in
            let from = try DirectoryHandle(opening: original.directory)
            let source: OwnedDescriptor
            do throws(KernelError) {
                source = try from.open(name, [.readOnly, .nonBlocking, .noControllingTerminal], links: .followedInside)
            } catch {
                if error.errno == .noSuchFileOrDirectory { return }
                throw error
            }
            let status = try FileStatus(of: source)
            guard status.kind == .regular else { return }
            let into = try DirectoryHandle(opening: directory)
            let parent = DirectoryHandle.split(name).parent
            if !parent.isEmpty { try into.makeDirectories(parent) }
            let made = try into.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
            try source.copyContent(to: made, subject: name)
            try made.setPermissions(status.permissions & 0o777)
        }
    }

    /// Runs the clone hooks and writes the host name, with the root filesystem at hand; nil when it is not mounted yet.
    func finish(_ location: StorageLocation, _ place: String?, _ config: ContainerConfig) throws(OperationFailure) {
        var plan = target.maintenancePlan(config, "lxc-copy", options.logFile, options.logLevel)
        plan.configFile = directory.appendingPath("config")
        let log: LogWriter
        do { log = try target.maintenanceLog(plan) } catch { throw error.failure }
        try CloneFinish(plan: plan, log: log, sourceName: original.name)
            .run(location, mountedAt: place, hookArguments: options.hookArguments, hostName: options.keepsName ? nil : target.name)
    }
}
