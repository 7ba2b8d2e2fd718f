// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LXCRuntime
import LinuxKernel

extension Container {
    /// Whether the container has a configuration.
    public var isDefined: Bool { operations.isDefined }

    /// The state; ``State/stopped`` also for a container that does not exist.
    ///
    /// - Throws: ``LXCError``: `notPermitted`, `timedOut` when the container's supervisor does not answer.
    public var state: State {
        get throws(LXCError) { State(try calling { () throws(OperationError) in try operations.state() }) }
    }

    /// Whether the container is in any state but ``State/stopped``.
    ///
    /// - Throws: ``LXCError`` as ``state``.
    public var isRunning: Bool {
        get throws(LXCError) { try state != .stopped }
    }

    /// Whether the caller may control the container.
    ///
    /// - Throws: ``LXCError`` when that cannot be learned.
    public var isControllable: Bool {
        get throws(LXCError) {
            do throws(OperationError) {
                try operations.checkControl()
                return true
            } catch {
                if error.code == .notPermitted { return false }
                throw LXCError(error)
            }
        }
    }

    /// The number of the container's init on the host; nil when it does not run.
    ///
    /// A number may mean another process by the time that it is used; ``initHandle()`` never does.
    ///
    /// - Throws: ``LXCError`` as ``state``.
    public var initPID: Int32? {
        get throws(LXCError) {
            do throws(ControlError) { return try operations.client.initPID() } catch {
                if error == .stopped { return nil }
                throw LXCError("cannot learn the number of \(name)'s init", error)
            }
        }
    }

    /// A handle on the container's init, pidfd_open(2).
    ///
    /// - Returns: The descriptor, which is the caller's.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public func initHandle() throws(LXCError) -> Descriptor {
        Descriptor(
            try asking("cannot get a handle on the init of \(name)") { () throws(ControlError) in
                try operations.client.initPIDFD().intoDescriptor()
            })
    }

    /// Waits until the container is in one of some states.
    ///
    /// - Parameters:
    ///   - states: Any of them ends the wait; one that holds already ends it at once.
    ///   - limit: The longest wait; zero only looks, nil waits for ever.
    /// - Returns: The state that was reached; nil when the time was over first.
    /// - Throws: ``LXCError`` when the container's supervisor cannot be asked.
    @discardableResult
    public func wait(for states: Set<State>, within limit: Duration? = nil) throws(LXCError) -> State? {
        let waiter = StateWaiter(lxcPath: containerPath, name: name)
        let wanted = Set(states.compactMap { $0.onWire })
        return try asking("cannot wait for \(name)") { () throws(ControlError) in try waiter.wait(for: wanted, timeout: limit) }
            .map { State($0) }
    }
}
