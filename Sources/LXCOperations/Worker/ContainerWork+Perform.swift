// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LinuxKernel

extension ContainerWork {
    /// Does the work in this process, which has one thread and nothing else to do.
    ///
    /// - Returns: What the operation gives back.
    func perform() throws(LXCError) -> String {
        var container = try Container(name: name, lxcPath: lxcPath, system: Self.system())
        if let config {
            do throws(ConfigProblem) {
                container.loaded = try ConfigParser.parse(config.kernelBytes, name: container.configFile)
            } catch { throw LXCError(error) }
        }
        switch operation {
        case .create(let creation):
            try container.takeBackDefinition()
            try container.create(Self.options(creation))
        case .clone(let copy): try container.clone(to: container.sibling(copy), options(copy))
        case .rename(let copy): try container.rename(to: container.sibling(copy), options(copy))
        case .snapshot(let comment): return try container.makeSnapshot(comment: comment?.kernelBytes, options(nil))
        case .restore(let snapshot, nil): try container.restore(snapshot, options(nil))
        case .restore(let snapshot, let newName?):
            let copy = Copy(name: newName, lxcPath: lxcPath)
            try container.restore(snapshot, to: container.sibling(copy), options(copy))
        case .destroySnapshot(let snapshot): try container.destroySnapshot(snapshot)
        case .destroyAllSnapshots: try container.destroyAllSnapshots()
        case .destroy(let withSnapshots):
            var options = DestroyOptions()
            options.includesSnapshots = withSnapshots
            options.logFile = logFile
            options.logLevel = level
            try container.destroy(options)
        case .startInForeground(var options):
            options.isForeground = true
            options.logFile = logFile
            options.logLevel = level
            if try container.start(options) == .wasRunning {
                throw LXCError(.alreadyRunning, "\(name) is running", reason: "")
            }
        case .mount(let injection): try container.inject(injection)
        case .unmount(let target, let flags): try container.unmount(target, flags)
        case .start(var options):
            options.callerEnds = true
            options.logFile = logFile
            options.logLevel = level
            if try container.start(options) == .wasRunning {
                throw LXCError(.alreadyRunning, "cannot start \(name)", reason: "it is running")
            }
        case .attach(let options):
            do throws(KernelError) { try StandardStreams.fillGaps() } catch { throw LXCError("cannot open the standard streams", error) }
            return "\(try container.attach(options).waitStatus)"
        case .console(let terminal, let escape):
            do throws(ConsoleSession.Failure) { try container.console(terminal: terminal, escape: escape).run { _ in } } catch {
                throw LXCError(error, name)
            }
        case .freeze: try container.freeze()
        case .unfreeze: try container.unfreeze()
        case .tidyUp:
            try container.finishAbandonedRestore()
            try container.finishEarlierRun()
        case .addDeviceNode(let device, let target): try container.addDeviceNode(device, at: target)
        case .removeDeviceNode(let device, let target): try container.removeDeviceNode(device, at: target)
        case .attachInterface(let device, let newName): try container.attachInterface(device, as: newName)
        case .detachInterface(let device, let newName): try container.detachInterface(device, as: newName)
        case .interfaces: return try container.interfaceNames().joined(separator: "\n")
        case .checkpoint(let options): try container.checkpoint(options)
        case .restoreCheckpoint(var options):
            options.callerEnds = true
            options.logFile = logFile
            options.logLevel = level
            try container.restoreCheckpoint(options)
        case .addresses(let query): return try container.addresses(query).joined(separator: "\n")
        }
        return ""
    }

    private static func system() throws(LXCError) -> SystemConfig {
        do { return try SystemConfig.loadForCaller() } catch { throw LXCError(error) }
    }

    private var level: LogLevel? { logLevel.flatMap { LogLevel(word: $0) } }

    private static func options(_ creation: Creation) -> CreateOptions {
        var options = CreateOptions(template: creation.template)
        options.templateArguments = creation.arguments
        options.storage = creation.storage
        options.storageOrder = creation.order
        options.rootfsDirectory = creation.rootfsDirectory
        options.configFile = creation.configFile
        options.isUnprivileged = creation.isUnprivileged
        options.isQuiet = creation.isQuiet
        return options
    }

    private func options(_ copy: Copy?) -> CloneOptions {
        var options = CloneOptions()
        options.logFile = logFile
        options.logLevel = level
        guard let copy else { return options }
        options.sharing = copy.sharing
        options.storage = copy.storage
        options.size = copy.size
        options.keepsName = copy.keepsName
        options.keepsAddresses = copy.keepsAddresses
        options.allowsRunning = copy.allowsRunning
        options.hookArguments = copy.hookArguments
        options.isHistoric = copy.isHistoric
        return options
    }
}

extension Container {
    /// Programs save a configuration before they create its container: one without a root filesystem is no container yet.
    ///
    /// It is in memory, and goes from the disk, so that nothing is left when the creation fails.
    fileprivate func takeBackDefinition() throws(LXCError) {
        guard isDefined, loaded != nil else { return }
        try locked("cannot create \(name)") { () throws(LXCError) in
            let path = try loadConfig().config.rootfs.plainPath ?? ""
            try attempt("cannot create \(name)") { () throws(KernelError) in
                let isFilled = path.isEmpty ? false : try FileStatus.ifPresent(path) != nil
                if isFilled { return }
                try HostPath.remove(configFile)
                do throws(KernelError) { try HostPath.removeDirectory(directory) } catch {
                    if error.errno != .directoryNotEmpty { throw error }
                }
            }
        }
    }

    fileprivate func sibling(_ copy: ContainerWork.Copy) throws(LXCError) -> Container {
        try Container(name: copy.name, lxcPath: copy.lxcPath, system: system)
    }
}
