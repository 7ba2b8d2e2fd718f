// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Asks the monitor of one container; one connection a request, never longer than a time limit.
package struct ControlClient: Sendable {
    package let address: CommandAddress
    /// The longest wait for one answer; `nil` for ever.
    package var timeLimit: Duration?

    /// Asks about a container.
    package init(lxcPath: String, name: String, timeLimit: Duration? = .seconds(30)) {
        address = CommandAddress(lxcPath: lxcPath, name: name)
        self.timeLimit = timeLimit
    }

    init(address: CommandAddress, timeLimit: Duration?) {
        self.address = address
        self.timeLimit = timeLimit
    }

    /// The container's state; STOPPED when nobody listens.
    package func state() throws(ControlError) -> ContainerState {
        do throws(ControlError) { return try state(from: begin(.state)) } catch {
            if error == .stopped { return .stopped }
            throw error
        }
    }

    /// Asks for the state without waiting for the answer; throws ``ControlError/stopped`` when nobody listens.
    package func beginState() throws(ControlError) -> ControlInquiry { try begin(.state) }

    /// The answer to ``beginState()``.
    package func state(from inquiry: ControlInquiry) throws(ControlError) -> ContainerState {
        let number = try Self.successful(inquiry.reply()).value
        guard let state = ContainerState(rawValue: number) else { throw .malformed("state number \(number)") }
        return state
    }

    /// Whether a monitor listens; nothing is asked, so a monitor that hangs counts as well.
    package func isRunning() throws(ControlError) -> Bool {
        // Nearly always nobody does, and no deadline is needed to learn that.
        do throws(KernelError) {
            guard try UnixSocket.hasListener(at: address.socketAddress()) else { return false }
        } catch { throw .kernel(error) }
        do throws(ControlError) {
            _ = try ControlConversation(address, deadline: deadline)
            return true
        } catch {
            if error == .stopped { return false }
            throw error
        }
    }

    /// Number of the container's init in the monitor's pid namespace; prefer ``initPIDFD()``.
    package func initPID() throws(ControlError) -> Int32 { try number(.initPID) }

    /// A handle on the container's init.
    package func initPIDFD() throws(ControlError) -> PidFD { try Self.handle(of: ask(.initPIDFD)) }

    /// Asks for the state and the handle on one connection, which spares both sides to look at each other twice.
    ///
    /// The state is to be read first. Throws ``ControlError/stopped`` when nobody listens.
    package func beginStateAndInitPIDFD() throws(ControlError) -> (state: ControlInquiry, handle: ControlInquiry) {
        let conversation = try ControlConversation(address, deadline: deadline)
        try conversation.send(.state, and: .initPIDFD)
        return (
            ControlInquiry(client: self, request: .state, conversation: conversation),
            ControlInquiry(client: self, request: .initPIDFD, conversation: conversation)
        )
    }

    /// The second answer to ``beginStateAndInitPIDFD()``; nil from a monitor that gives one answer for each connection.
    package func secondInitPIDFD(from inquiry: ControlInquiry) throws(ControlError) -> PidFD? {
        guard let reply = try inquiry.secondReply() else { return nil }
        return try Self.handle(of: reply)
    }

    private static func handle(of reply: EncodedReply) throws(ControlError) -> PidFD {
        let descriptor = try onlyDescriptor(successful(reply))
        do throws(KernelError) { return PidFD(owning: try descriptor.duplicate()) } catch { throw .kernel(error) }
    }

    /// The namespaces that the container has of its own, as `CLONE_*` bits.
    package func cloneFlags() throws(ControlError) -> UInt32 { UInt32(bitPattern: try number(.cloneFlags)) }

    /// The container's name as its monitor knows it.
    package func name() throws(ControlError) -> String { try text(.name) }

    /// The container path as the monitor knows it.
    package func lxcPath() throws(ControlError) -> String { try text(.lxcPath) }

    /// The value of a key in the configuration that the container runs with; `nil` when it is unset, empty or unknown.
    package func configItem(_ key: String) throws(ControlError) -> String? {
        let reply = try ask(.configItem(key))
        // -1 is both "no such value" and "not permitted"; the latter shows at every other command too, so it is asked for.
        if reply.header.status == -1 {
            _ = try initPID()
            return nil
        }
        return try Self.text(of: Self.successful(reply))
    }

    /// The last component of the systemd scope the container runs in; `nil` without one.
    package func systemdScope() throws(ControlError) -> String? {
        do throws(ControlError) { return try text(.systemdScope) } catch {
            if error == .refused(.invalidArgument) || error == .unsupported { return nil }
            throw error
        }
    }

    /// Tells the monitor which state the container is in now, after a tool froze or thawed it.
    package func serveState(_ state: ContainerState) throws(ControlError) { _ = try number(.serveState(state)) }

    /// Has the monitor freeze the container; `.refused(.noSuchFileOrDirectory)` from C LXC's monitors outside pure cgroup2.
    package func freeze(timeoutInSeconds: Int32 = 0) throws(ControlError) { _ = try number(.freeze(timeout: timeoutInSeconds)) }

    /// Has the monitor thaw the container; see ``freeze(timeoutInSeconds:)``.
    package func unfreeze(timeoutInSeconds: Int32 = 0) throws(ControlError) { _ = try number(.unfreeze(timeout: timeoutInSeconds)) }

    /// Adds a rule to the container's cgroup2 device program.
    package func addDeviceRule(_ rule: DeviceRuleMessage) throws(ControlError) { _ = try number(.addDeviceRule(rule)) }

    /// Has the monitor stop the container at once, and waits until the monitor is gone.
    ///
    /// Throws ``ControlError/timedOut`` when it is not gone within the time limit; a container that was stopped already is no error.
    package func stop() throws(ControlError) {
        do throws(ControlError) { try beginStop().finish() } catch {
            if error != .stopped { throw error }
        }
    }

    /// Has the monitor stop the container at once, and leaves the waiting for later; ``ControlError/stopped`` when nobody listens.
    package func beginStop() throws(ControlError) -> StopUnderWay {
        let conversation = try ControlConversation(address, deadline: deadline)
        try conversation.send(.stop)
        return StopUnderWay(conversation)
    }

    /// Hands a seccomp notify descriptor to the monitor, which forwards its notifications to the configured proxy.
    package func addSeccompListener(_ descriptor: borrowing OwnedDescriptor) throws(ControlError) {
        let conversation = try ControlConversation(address, deadline: deadline)
        try conversation.send(.addSeccompListener)
        try conversation.send(descriptor: descriptor.number)
        guard let reply = try conversation.receiveReply() else { throw .unsupported }
        _ = try Self.successful(reply)
    }
}

extension ControlClient {
    var deadline: MonotonicInstant? { timeLimit.map { .now + $0 } }

    /// Sends a request and reads the answer, whatever it says.
    ///
    /// - Throws: ``ControlError/unsupported`` when the monitor does not know the command: it says so, or (before 4.0.7) closes the
    ///   connection without an answer.
    func ask(_ request: ControlRequest) throws(ControlError) -> EncodedReply {
        try begin(request).reply()
    }

    /// Sends a request, and leaves its answer for later.
    func begin(_ request: ControlRequest) throws(ControlError) -> ControlInquiry {
        let conversation = try ControlConversation(address, deadline: deadline)
        try conversation.send(request)
        return ControlInquiry(client: self, request: request, conversation: conversation)
    }

    /// Whether a monitor that closed without an answer is on its way out. One that is killed may lose its connections a moment
    /// before its name is free.
    func isEnding() throws(ControlError) -> Bool {
        let limit = MonotonicInstant.now + .milliseconds(100)
        while try isRunning() {
            if limit.hasPassed { return false }
            (MonotonicInstant.now + .milliseconds(1)).sleep()
        }
        return true
    }

    func number(_ request: ControlRequest) throws(ControlError) -> Int32 { try Self.successful(ask(request)).value }

    func text(_ request: ControlRequest) throws(ControlError) -> String { try Self.text(of: Self.successful(ask(request))) }

    /// The one descriptor of an answer.
    func descriptor(_ request: ControlRequest) throws(ControlError) -> SharedDescriptor {
        try Self.onlyDescriptor(Self.successful(ask(request)))
    }

    static func onlyDescriptor(_ reply: EncodedReply) throws(ControlError) -> SharedDescriptor {
        guard let descriptor = reply.descriptors.first, reply.descriptors.count == 1 else {
            throw .malformed("\(reply.descriptors.count) descriptors instead of one")
        }
        return descriptor
    }

    static func text(of reply: EncodedReply) throws(ControlError) -> String {
        guard let text = reply.text else { throw .malformed("text without its end") }
        return text
    }

    static func successful(_ reply: EncodedReply) throws(ControlError) -> EncodedReply {
        let status = reply.header.status
        if status >= 0 { return reply }
        if status == -Errno.notPermitted.rawValue { throw .notPermitted }
        guard status > -4096 else { throw .malformed("status \(status)") }
        throw .refused(Errno(rawValue: -status))
    }
}
