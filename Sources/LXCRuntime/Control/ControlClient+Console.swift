// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// A terminal of a container that nobody else gets while this object lives.
package final class TerminalLease {
    /// The tty's number; 0 is the console.
    package let number: Int32
    /// The controlling end of the terminal.
    package let descriptor: SharedDescriptor
    // The monitor takes the terminal back when the connection closes, not when the descriptor does.
    private let conversation: ControlConversation

    init(number: Int32, descriptor: SharedDescriptor, conversation: ControlConversation) {
        self.number = number
        self.descriptor = descriptor
        self.conversation = conversation
    }

    /// The descriptor of the lease's connection: readable (its end) when the container stops.
    package var connectionNumber: Int32 { conversation.socketNumber }
}

/// A place on the monitor's list of clients that wait for a state.
package final class StateSubscription {
    private let conversation: ControlConversation

    init(_ conversation: ControlConversation) { self.conversation = conversation }

    /// The connection's descriptor: readable when the state is there.
    package var number: Int32 { conversation.socketNumber }

    /// Waits for the state; the end of the connection without a message means STOPPED.
    ///
    /// Throws ``ControlError/timedOut`` at the deadline; `nil` waits for ever.
    package func next(until deadline: MonotonicInstant?) throws(ControlError) -> ContainerState {
        do throws(ControlError) {
            guard let message = try conversation.receiveStateMessage(until: deadline) else { return .stopped }
            guard case .state(let state) = message.event else { throw .malformed("an exit status instead of a state") }
            return state
        } catch {
            if error == .stopped { return .stopped }
            throw error
        }
    }
}

/// What a client that asks for a state gets.
package enum StateRegistration {
    /// The container is in one of the wanted states already.
    case reached(ContainerState)
    case waiting(StateSubscription)
}

extension ControlClient {
    /// Takes a terminal of the container until the lease goes.
    ///
    /// Throws `.refused(.badFileDescriptor)` when it is busy or does not exist.
    package func terminal(_ terminal: ControlRequest.Terminal) throws(ControlError) -> TerminalLease {
        let conversation = try ControlConversation(address, deadline: deadline)
        try conversation.send(.ttyDescriptor(terminal))
        // Monitors before 4.0.7 close the connection when a terminal is busy.
        guard let reply = try conversation.receiveReply() else { throw .refused(.badFileDescriptor) }
        let descriptor = try Self.onlyDescriptor(Self.successful(reply))
        return TerminalLease(number: reply.value, descriptor: descriptor, conversation: conversation)
    }

    /// Tells the monitor that its terminal has another size; nothing is answered.
    package func windowChanged() throws(ControlError) {
        let conversation = try ControlConversation(address, deadline: deadline)
        try conversation.send(.windowChanged)
        guard let reply = try conversation.receiveReply() else { return }
        _ = try Self.successful(reply)
    }

    /// Reads and/or clears the console's ring buffer.
    ///
    /// The result is empty when there is nothing; `.refused(.badAddress)` when the container has no ring buffer
    /// (`lxc.console.buffer.size`).
    package func consoleLog(_ query: ConsoleLogQuery) throws(ControlError) -> [UInt8] {
        let reply = try ask(.consoleLog(query))
        if reply.header.status == -Errno.noData.rawValue { return [] }
        return try Self.successful(reply).payload
    }

    /// The root of the container's devpts mount.
    package func devptsDescriptor() throws(ControlError) -> SharedDescriptor { try descriptor(.devptsDescriptor) }

    /// The seccomp notify descriptor of the container's init.
    package func seccompDescriptor() throws(ControlError) -> SharedDescriptor { try descriptor(.seccompDescriptor) }

    /// Puts us on the list of clients that wait for a state.
    package func addStateClient(_ wanted: WantedStates) throws(ControlError) -> StateRegistration {
        let conversation = try ControlConversation(address, deadline: deadline)
        try conversation.send(.addStateClient(wanted))
        // Every monitor with such a socket name knows the command, so this one has just ended.
        guard let reply = try conversation.receiveReply() else { throw .stopped }
        let number = try Self.successful(reply).value
        if number == ContainerState.none { return .waiting(StateSubscription(conversation)) }
        guard let state = ContainerState(rawValue: number) else { throw .malformed("state number \(number)") }
        return .reached(state)
    }
}
