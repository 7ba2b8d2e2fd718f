// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCConfig
import LXCOperations
import LXCRuntime
import LXCStorage
import LinuxKernel

extension FunctionTable {
    static func fillLifecycle(_ object: Object) {
        object.pointee.start = { FunctionTable.start($0, underInit: $1 != 0, CString.words($2.map { UnsafePointer($0) })) }
        object.pointee.stop = { object in
            succeeding(object) { (handle) throws(LXCError) in
                do throws(LXCError) { try handle.container.kill() } catch { if error.code != .notRunning { throw error } }
            }
        }
        object.pointee.shutdown = { FunctionTable.shutdown($0, $1) }
        object.pointee.reboot = { FunctionTable.reboot($0, 0) }
        object.pointee.reboot2 = { FunctionTable.reboot($0, $1) }
        object.pointee.freeze = { succeeding($0) { (handle) throws(LXCError) in try handle.container.freeze() } }
        object.pointee.unfreeze = { succeeding($0) { (handle) throws(LXCError) in try handle.container.unfreeze() } }
        object.pointee.wait = { FunctionTable.wait($0, String(kernelText: $1), $2) }
        object.pointee.create = {
            FunctionTable.create($0, String(kernelText: $1), String(kernelText: $2), $3, $4, CString.words($5.map { UnsafePointer($0) }))
        }
        object.pointee.destroy = { FunctionTable.destroy($0, withSnapshots: false) }
        object.pointee.destroy_with_snapshots = { FunctionTable.destroy($0, withSnapshots: true) }
        object.pointee.want_daemonize = { (object, wanted) in
            object?.pointee.daemonize = wanted
            return object != nil
        }
        // Supervisors have no descriptors of their callers anyway.
        object.pointee.want_close_all_fds = { (object, _) in object != nil }
    }

    // MARK: - Starting

    private static func start(_ object: Object?, underInit: Bool, _ words: [String]?) -> Bool {
        guard let object else { return false }
        var foregroundStatus: ExitStatus?
        let isGood = succeeding(object) { (handle) throws(LXCError) in
            let container = handle.container
            guard container.loaded != nil || container.isDefined else {
                throw LXCError(.notDefined, "cannot start \(container.name)", reason: "it has no configuration")
            }
            var options = StartOptions()
            options.command = words ?? []
            options.runsUnderInit = underInit
            options.pidFile = String(kernelText: object.pointee.pidfile)
            guard object.pointee.daemonize else {
                foregroundStatus = try ContainerWorker.performToEnd(ContainerWork(container, .startInForeground(options)).logged)
                return
            }
            options.logFile = Logging.current?.file
            options.logLevel = Logging.current?.level
            if try container.start(options) == .wasRunning {
                throw LXCError(.alreadyRunning, "cannot start \(container.name)", reason: "it is running")
            }
        }
        // As waitpid(2) tells it, which is what tools take apart.
        if let foregroundStatus { ErrorBridge.setNumber(foregroundStatus.waitStatus, on: object) }
        return isGood
    }

    // MARK: - Stopping

    private static func shutdown(_ object: Object?, _ timeout: Int32) -> Bool {
        succeeding(object) { (handle) throws(LXCError) in
            do throws(LXCError) {
                if try handle.container.shutdown(timeout: Int(timeout)) { return }
            } catch {
                if error.code == .notRunning { return }
                throw error
            }
            throw LXCError(.timedOut, "\(handle.container.name) has not stopped in \(timeout) seconds", reason: "")
        }
    }

    private static func reboot(_ object: Object?, _ timeout: Int32) -> Bool {
        succeeding(object) { (handle) throws(LXCError) in
            if try handle.container.reboot(timeout: Int(timeout)) { return }
            throw LXCError(.timedOut, "\(handle.container.name) does not run again after \(timeout) seconds", reason: "")
        }
    }

    private static func wait(_ object: Object?, _ states: String?, _ timeout: Int32) -> Bool {
        succeeding(object) { (handle) throws(LXCError) in
            let container = handle.container
            let what = "cannot wait for \(container.name)"
            var wanted: Set<ContainerState> = []
            for word in (states ?? "").split(separator: "|", omittingEmptySubsequences: false) {
                guard let state = ContainerState(name: String(word)) else {
                    throw LXCError(.failed, what, reason: "\"\(word)\" is not a state")
                }
                wanted.insert(state)
            }
            let waiter = StateWaiter(lxcPath: container.lxcPath, name: container.name)
            let limit = timeout < 0 ? nil : Duration.seconds(Int64(timeout))
            let reached = try asking(what) { () throws(ControlError) in try waiter.wait(for: wanted, timeout: limit) }
            if reached == nil { throw LXCError(.timedOut, what, reason: "it has not reached \(states ?? "")") }
        }
    }

    // MARK: - Making and removing

    private static func create(
        _ object: Object?, _ template: String?, _ storage: String?, _ specs: UnsafeMutablePointer<bdev_specs>?, _ flags: Int32,
        _ arguments: [String]?
    ) -> Bool {
        guard let object else { return false }
        return succeeding(object) { (handle) throws(LXCError) in
            let container = handle.container
            var creation = ContainerWork.Creation(template: template ?? "none")
            creation.arguments = arguments ?? []
            creation.isQuiet = flags & (1 << 0) != 0
            creation.storage = try StorageWords.kinds(storage)
            creation.order.isHistoric = storage == "overlayfs" || storage == "aufs"
            if let specs { StorageWords.read(specs, into: &creation) }
            _ = try ContainerWorker.perform(ContainerWork(container, .create(creation)).logged)
            try reload(handle, on: object)
        }
    }

    private static func destroy(_ object: Object?, withSnapshots: Bool) -> Bool {
        guard let object else { return false }
        return succeeding(object) { (handle) throws(LXCError) in
            _ = try ContainerWorker.perform(ContainerWork(handle.container, .destroy(withSnapshots: withSnapshots)).logged)
            try reload(handle, on: object)
        }
    }

    /// Takes over what is on disk now.
    static func reload(_ handle: ContainerHandle, on object: Object) throws(LXCError) {
        try handle.change { (container) throws(LXCError) in
            container.loaded = nil
            if container.isDefined { container.loaded = try container.loadConfig() }
        }
        Objects.showConfig(handle.container, on: object)
    }
}

extension ContainerWork {
    /// The work with the log of this process.
    var logged: ContainerWork {
        var work = self
        work.logFile = Logging.current?.file
        work.logLevel = Logging.current?.level.name
        return work
    }
}

/// The words and the struct with which programs choose storage.
enum StorageWords {
    /// Several kinds are joined with commas; `best` is the first that works of those that share well.
    static func kinds(_ words: String?) throws(LXCError) -> [StorageKind] {
        var kinds: [StorageKind] = []
        for word in (words ?? "").split(separator: ",") where word != "none" {
            if word == "best" {
                kinds += [.zfs, .lvm, .btrfs, .rbd, .dir]
            } else if let kind = StorageKind(word: String(word)) {
                kinds.append(kind)
            } else {
                throw LXCError(.failed, "cannot make storage", reason: "\"\(word)\" is not a kind of storage")
            }
        }
        return kinds
    }

    /// Reads what programs of every release have in the struct.
    static func read(_ specs: UnsafePointer<bdev_specs>, into creation: inout ContainerWork.Creation) {
        creation.order.filesystem = String(kernelText: specs.pointee.fstype)
        creation.order.size = specs.pointee.fssize == 0 ? nil : specs.pointee.fssize
        creation.order.zfsRoot = String(kernelText: specs.pointee.zfs.zfsroot)
        creation.order.volumeGroup = String(kernelText: specs.pointee.lvm.vg)
        creation.order.logicalVolume = String(kernelText: specs.pointee.lvm.lv)
        creation.order.thinPool = String(kernelText: specs.pointee.lvm.thinpool)
        creation.order.rbdName = String(kernelText: specs.pointee.rbd.rbdname)
        creation.order.rbdPool = String(kernelText: specs.pointee.rbd.rbdpool)
        creation.rootfsDirectory = String(kernelText: specs.pointee.dir)
    }
}
