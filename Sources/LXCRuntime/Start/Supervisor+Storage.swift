// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCStorage
import LinuxKernel

extension Supervisor {
    /// Mounts the root filesystem when the container's first process cannot.
    ///
    /// - Returns: A mount that is not attached yet; nil when the first process does it.
    func mountRootfs() throws(OperationFailure) -> SharedDescriptor? {
        guard var content = try RootfsContent(plan.config) else { return nil }
        if let device = try content.connect() {
            connectedDevice = device
            try attempting("cannot write the journal \(journal.path)") { () throws(KernelError) in try record([.blockDevice(device)]) }
        }
        // The filesystem of a device is mounted with rights on the host, which nobody in a user namespace has.
        guard connectedDevice != nil || namespaces.flags.contains(.user) else { return nil }
        if let mounted = try content.mountWithHostRights() { return mounted }
        // Owners are mapped with rights on the host too.
        guard !plan.config.idMap.isEmpty, try content.options().idmap != nil else { return nil }
        return try apart { () throws(OperationFailure) in SharedDescriptor(try content.mount(stage: "").takeDescriptor()) }
    }

    /// Lets go of the device once the container's mounts have gone.
    func disconnectRootfs() {
        guard let device = connectedDevice else { return }
        connectedDevice = nil
        do { try NBDBackend().disconnect(device) } catch { log.failure(OperationFailure(error)) }
    }
}
