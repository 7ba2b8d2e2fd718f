// SPDX-License-Identifier: Apache-2.0
import LXCNetwork
import LXCRuntime
import LinuxKernel

extension Container {
    /// Whether the host has a network interface of that name.
    package static func hostHasInterface(_ name: String) throws(LXCError) -> Bool {
        try attempt("cannot look for \(name)") { () throws(KernelError) in try InterfaceTransfer.hostHas(name) }
    }

    /// Moves a network interface of the host into the running container, where it is down and has no addresses.
    ///
    /// When the container stops, the kernel gives hardware back to the host and removes everything else.
    ///
    /// `nameInside`: nil keeps the name.
    /// Throws ``LXCError``, `notRunning` when the container does not run.
    package func attachInterface(_ name: String, as nameInside: String? = nil) throws(LXCError) {
        var transfer = try transfer("cannot move \(name) into \(self.name)")
        do { try transfer.attach(name, as: nameInside) } catch { throw LXCError(error) }
    }

    /// Moves a network interface of the running container to the host, where it is down.
    ///
    /// `hostName`: nil keeps the name that it has in the container.
    /// Throws ``LXCError``, `notRunning` when the container does not run.
    package func detachInterface(_ name: String, as hostName: String? = nil) throws(LXCError) {
        var transfer = try transfer("cannot move \(name) out of \(self.name)")
        do { try transfer.detach(name, as: hostName) } catch { throw LXCError(error) }
    }

    private func transfer(_ what: String) throws(LXCError) -> InterfaceTransfer {
        let handle = try asking(what) { () throws(ControlError) in try client.initPIDFD() }
        return try attempt(what) { () throws(KernelError) in try InterfaceTransfer(process: handle.number, container: self.name) }
    }
}

extension LXCError {
    init(_ error: InterfaceTransfer.Failure) {
        self.init(.failed, OperationFailure(error.what, reason: error.reason, errno: error.errno, hint: error.hint))
    }
}
