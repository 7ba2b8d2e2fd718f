// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// A terminal that is given out; it ends with its connection.
package struct ControlLease: Sendable, Hashable {
    let identifier: UInt64
}

/// What the owner of a container does for the clients of its control socket: one method a command.
///
/// The server itself answers GET_STATE, GET_NAME, GET_LXCPATH, ADD_STATE_CLIENT and SERVE_STATE_CLIENTS. Methods are called from the
/// event loop, for peers that may control the container; they may let the loop go on while they wait.
package protocol ControlDelegate: AnyObject {
    /// GET_TTY_FD: ``ControlReply/descriptor(_:number:)`` with the tty's number, or `.failure(.badFileDescriptor)`.
    func terminal(_ wanted: ControlRequest.Terminal, for lease: ControlLease) -> ControlReply
    /// The holder of a terminal that was given out is gone.
    func terminalReleased(_ lease: ControlLease)
    /// TERMINAL_WINCH: copy the size of our own terminal on to the console.
    func windowChanged()
    /// STOP: ``ControlReply/silence`` when the signal is on its way; the connection then stays open until this process ends.
    func stop() -> ControlReply
    /// GET_INIT_PID: ``ControlReply/number(_:)``.
    func initPID() -> ControlReply
    /// GET_CLONE_FLAGS: ``ControlReply/number(_:)``.
    func cloneFlags() -> ControlReply
    /// GET_CGROUP and GET_LIMIT_CGROUP: ``ControlReply/text(_:)``, or ``ControlReply/silence`` for an unknown controller.
    func cgroup(_ controller: String?, _ role: CgroupRole) -> ControlReply
    /// GET_CONFIG_ITEM: ``ControlReply/text(_:)`` or ``ControlReply/absent``.
    func configItem(_ key: String) -> ControlReply
    /// CONSOLE_LOG: ``ControlReply/bytes(_:)``, `.failure(.noData)` or, without a ring buffer, `.failure(.badAddress)`.
    func consoleLog(_ query: ConsoleLogQuery) -> ControlReply
    /// SECCOMP_NOTIFY_ADD_LISTENER: ``ControlReply/done``, or `.failure(.invalidArgument)` without a proxy.
    func addSeccompListener(_ descriptor: SharedDescriptor) -> ControlReply
    /// ADD_BPF_DEVICE_CGROUP: ``ControlReply/done``.
    func addDeviceRule(_ rule: DeviceRuleMessage) -> ControlReply
    /// FREEZE: ``ControlReply/done``. Seconds; 0 for no limit given, -1 for ever.
    func freeze(timeoutInSeconds: Int32) -> ControlReply
    /// UNFREEZE: as ``freeze(timeoutInSeconds:)``.
    func unfreeze(timeoutInSeconds: Int32) -> ControlReply
    /// GET_CGROUP2_FD and GET_LIMIT_CGROUP2_FD: ``ControlReply/descriptor(_:number:)``; `.failure(.invalidArgument)` when the host is
    /// not pure cgroup2.
    func cgroup2Descriptor(_ role: CgroupRole) -> ControlReply
    /// GET_INIT_PIDFD: ``ControlReply/descriptor(_:number:)``.
    func initPIDFD() -> ControlReply
    /// GET_DEVPTS_FD: ``ControlReply/descriptor(_:number:)`` or `.failure(.badFileDescriptor)`.
    func devptsDescriptor() -> ControlReply
    /// GET_SECCOMP_NOTIFY_FD: ``ControlReply/descriptor(_:number:)`` or `.failure(.badFileDescriptor)`.
    func seccompDescriptor() -> ControlReply
    /// GET_CGROUP_CTX: ``ControlReply/cgroupContext(_:_:)``.
    func cgroupContext() -> ControlReply
    /// GET_CGROUP_FD and GET_LIMIT_CGROUP_FD: ``ControlReply/cgroupDescriptor(_:_:)``, `.failure(.noSuchFileOrDirectory)` for an
    /// unknown controller, `.failure(.invalidArgument)` when it is not on the wanted filesystem.
    func cgroupDescriptor(_ wanted: CgroupDescriptorRecord, _ role: CgroupRole) -> ControlReply
    /// GET_SYSTEMD_SCOPE: ``ControlReply/text(_:)`` or `.failure(.invalidArgument)`.
    func systemdScope() -> ControlReply
    /// SERVE_STATE_CLIENTS has changed the state; everybody has been told.
    func stateServed(_ state: ContainerState)
    /// Somebody was turned away; for the log.
    func peerRefused(_ peer: PeerCredentials, reason: String)
    /// A system call failed while a client was served; the client was disconnected. For the log.
    func controlFailed(_ error: KernelError)
}
