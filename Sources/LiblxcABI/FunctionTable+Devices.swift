// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCOperations
import LXCRuntime
import LinuxKernel

extension FunctionTable {
    static func fillDevices(_ object: Object) {
        object.pointee.add_device_node = { (object, source, target) in
            let (source, target) = (String(kernelText: source) ?? "", String(kernelText: target))
            return FunctionTable.working(object, .addDeviceNode(source, target: target))
        }
        object.pointee.remove_device_node = { (object, source, target) in
            let (source, target) = (String(kernelText: source) ?? "", String(kernelText: target))
            return FunctionTable.working(object, .removeDeviceNode(source, target: target))
        }
        object.pointee.attach_interface = { (object, device, name) in
            let (device, name) = (String(kernelText: device) ?? "", String(kernelText: name))
            return succeeding(object) { (handle) throws(LXCError) in try handle.container.attachInterface(device, as: name) }
        }
        object.pointee.detach_interface = { (object, device, name) in
            let (device, name) = (String(kernelText: device) ?? "", String(kernelText: name))
            return succeeding(object) { (handle) throws(LXCError) in try handle.container.detachInterface(device, as: name) }
        }
        object.pointee.console_getfd = { FunctionTable.consoleDescriptor($0, $1, $2) }
        object.pointee.console = { FunctionTable.console($0, $1, $2, $3, $4, $5) }
        object.pointee.console_log = { FunctionTable.consoleLog($0, $1) }
        object.pointee.mount = { (object, source, target, type, flags, data, version) in
            let injection = MountInjection(
                source: String(kernelText: source), target: String(kernelText: target) ?? "", type: String(kernelText: type),
                flags: Int(truncatingIfNeeded: flags), data: String(kernelText: data?.assumingMemoryBound(to: CChar.self)))
            return FunctionTable.mount(object, .mount(injection), version)
        }
        object.pointee.umount = { (object, target, flags, version) in
            FunctionTable.mount(object, .unmount(target: String(kernelText: target) ?? "", flags: Int(truncatingIfNeeded: flags)), version)
        }
        // C LXC keeps one in the process that started the container; no program of ours is that process.
        object.pointee.seccomp_notify_fd = { _ in -Errno.badFileDescriptor.rawValue }
        object.pointee.seccomp_notify_fd_active = { (object) in
            FunctionTable.descriptor(object) { (client) throws(ControlError) in try client.seccompDescriptor() }
        }
        object.pointee.devpts_fd = { (object) in
            FunctionTable.descriptor(object) { (client) throws(ControlError) in try client.devptsDescriptor() }
        }
        object.pointee.init_pidfd = { (object) in
            FunctionTable.descriptor(object) { (client) throws(ControlError) in SharedDescriptor(try client.initPIDFD().intoDescriptor()) }
        }
    }

    /// A descriptor that is the caller's; negative when there is none.
    private static func descriptor(
        _ object: Object?, _ ask: (ControlClient) throws(ControlError) -> SharedDescriptor
    ) -> Int32 {
        calling(object, failing: -Errno.badFileDescriptor.rawValue) { (handle) throws(LXCError) in
            let container = handle.container
            let found = try asking("cannot get a descriptor of \(container.name)") { () throws(ControlError) in try ask(container.client) }
            do throws(KernelError) { return try found.duplicate().release() } catch {
                throw LXCError(.failed, OperationFailure("cannot get a descriptor of \(container.name)", error))
            }
        }
    }

    // MARK: - Console

    private static func terminal(_ number: Int32) -> ControlRequest.Terminal {
        switch number {
        case 0: .console
        case 1...: .tty(number)
        default: .anyFree
        }
    }

    private static func consoleDescriptor(
        _ object: Object?, _ number: UnsafeMutablePointer<Int32>?, _ controller: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        calling(object, failing: -1) { (handle) throws(LXCError) in
            let container = handle.container
            let what = "cannot get a terminal of \(container.name)"
            let lease = try asking(what) { () throws(ControlError) in try container.client.terminal(terminal(number?.pointee ?? -1)) }
            do throws(KernelError) {
                let connection = try DescriptorFlags.duplicate(lease.connectionNumber)
                controller?.pointee = try lease.descriptor.duplicate().release()
                number?.pointee = lease.number
                return connection.release()
            } catch { throw LXCError(.failed, OperationFailure(what, error)) }
        }
    }

    private static func console(
        _ object: Object?, _ number: Int32, _ input: Int32, _ output: Int32, _ errors: Int32, _ escape: Int32
    ) -> Int32 {
        calling(object, failing: -1) { (handle) throws(LXCError) in
            let container = handle.container
            guard let key = UInt8(exactly: escape), (1...26).contains(key) else {
                throw LXCError(.failed, "cannot connect a terminal", reason: "\(escape) is not the number of a control key, 1 to 26")
            }
            let session = ConsoleSession(
                client: container.client, terminal: number < 0 ? nil : number, escape: key, input: input, output: output)
            do throws(ConsoleSession.Failure) { try session.run { _ in } } catch { throw LXCError(error, container.name) }
            return 0
        }
    }

    /// 0, or a negative error number.
    private static func consoleLog(_ object: Object?, _ log: UnsafeMutablePointer<lxc_console_log>?) -> Int32 {
        guard let log else { return -Errno.invalidArgument.rawValue }
        return calling(object, failing: -Errno.badAddress.rawValue) { (handle) throws(LXCError) in
            let container = handle.container
            let query = ConsoleLogQuery(clear: log.pointee.clear, read: log.pointee.read, limit: log.pointee.read_max?.pointee ?? 0)
            let bytes = try asking("cannot read the console of \(container.name)") { () throws(ControlError) in
                try container.client.consoleLog(query)
            }
            log.pointee.data = nil
            log.pointee.read_max?.pointee = UInt64(bytes.count)
            guard log.pointee.read else { return 0 }
            if bytes.isEmpty { return -Errno.noData.rawValue }
            guard let memory = cliblxc_calloc(bytes.count + 1, 1) else { return -Errno.noMemory.rawValue }
            memory.copyMemory(from: bytes, byteCount: bytes.count)
            log.pointee.data = memory.assumingMemoryBound(to: CChar.self)
            return 0
        }
    }

    // MARK: - Mounts

    /// Work that may copy its process, for one with threads.
    private static func working(_ object: Object?, _ operation: ContainerWork.Operation) -> Bool {
        succeeding(object) { (handle) throws(LXCError) in
            _ = try ContainerWorker.perform(ContainerWork(handle.container, operation).logged)
        }
    }

    private static func mount(
        _ object: Object?, _ operation: ContainerWork.Operation, _ version: UnsafeMutablePointer<lxc_mount>?
    ) -> Int32 {
        guard let version, version.pointee.version == LXC_MOUNT_API_V1 else { return -Errno.invalidArgument.rawValue }
        return calling(object, failing: -1) { (handle) throws(LXCError) in
            _ = try ContainerWorker.perform(ContainerWork(handle.container, operation).logged)
            return 0
        }
    }
}
