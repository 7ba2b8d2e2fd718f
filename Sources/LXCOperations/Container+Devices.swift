// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

extension Container {
    /// Makes a device file in the running container and allows it to use the device.
    ///
    /// Only for programs with a single thread, as ``removeDeviceNode(_:at:)``; others let a ``ContainerWorker`` do it.
    ///
    /// - Parameters:
    ///   - device: A device file of the host, which says what type, numbers and permissions the new one has.
    ///   - path: In the container, absolute; nil for the same as on the host.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    package func addDeviceNode(_ device: String, at path: String? = nil) throws(LXCError) {
        let what = "cannot add \(device) to \(name)"
        guard let found = try noding({ () throws(OperationFailure) in try Device.onHost(device) }) else {
            throw LXCError(.failed, what, reason: "the host has neither a network interface nor a file of that name")
        }
        let nodes = try deviceNodes(what)
        try working(what, nodes) { () throws(OperationFailure) in try nodes.add(found, at: path ?? device) }
    }

    /// Removes a device file from the running container and forbids it to use the device.
    ///
    /// - Parameters:
    ///   - device: A device file of the host when `path` is given, otherwise the file in the container.
    ///   - path: In the container, absolute.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    package func removeDeviceNode(_ device: String, at path: String? = nil) throws(LXCError) {
        let what = "cannot remove \(path ?? device) from \(name)"
        let nodes = try deviceNodes(what)
        try working(what, nodes) { () throws(OperationFailure) in
            try nodes.remove(path ?? device, of: path == nil ? nil : Device.onHost(device))
        }
    }

    /// In a process of its own where mounts are made.
    private func working(
        _ what: String, _ nodes: borrowing DeviceNodes, _ body: () throws(OperationFailure) -> Void
    ) throws(LXCError) {
        guard nodes.hasOwnUsers else { return try noding(body) }
        try Self.interruptible(what) { (signals) throws(LXCError) in try PrivateWork(what: what).run(signals, body) }
    }

    private func deviceNodes(_ what: String) throws(LXCError) -> DeviceNodes {
        try asking(what) { () throws(ControlError) in try DeviceNodes(name: name, client: client) }
    }
}

private func noding<Value>(_ body: () throws(OperationFailure) -> Value) throws(LXCError) -> Value {
    do { return try body() } catch { throw LXCError(.failed, error) }
}
