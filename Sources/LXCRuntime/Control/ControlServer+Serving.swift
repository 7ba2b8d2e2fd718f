// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

// From the bytes of a request to its answer.
extension ControlServer {
    /// Does what a connection is ready for.
    func proceed(_ connection: ControlConnection) {
        do throws(KernelError) {
            switch connection.phase {
            case .request: try readRequest(connection)
            case .seccompListener: try readSeccompListener(connection)
            case .sending: try sendMore(connection)
            case .leasing, .watching, .stopping: try drain(connection)
            case .answering: break
            }
        } catch {
            // A client that is gone is nothing to report.
            if error.errno != .connectionReset && error.errno != .brokenPipe { delegate?.controlFailed(error) }
            end(connection)
        }
    }

    private func readRequest(_ connection: ControlConnection) throws(KernelError) {
        var progress = connection.reader.progress
        while case .needs(let count) = progress {
            guard let part = try connection.socket.receive(upTo: count, wait: false) else { return }
            if part.isEmpty { return end(connection) }
            progress = connection.reader.feed(part)
        }
        guard case .complete(let header, let payload) = progress else { return end(connection) }
        guard isPermitted(connection) else {
            connection.isSecondRequest = true  // and nothing else is heard
            return try answer(connection, .failure(.notPermitted))
        }
        let request: ControlRequest
        do throws(Errno) { request = try ControlRequest(header, payload: payload) } catch { return try answer(connection, .failure(error)) }
        if request == .addSeccompListener {
            connection.phase = .seccompListener
            return try readSeccompListener(connection)
        }
        // The delegate may take its time.
        connection.phase = .answering
        disarm(connection)
        try serve(request, connection)
    }

    private func readSeccompListener(_ connection: ControlConnection) throws(KernelError) {
        guard let message = try connection.socket.receiveMessage(upTo: 1, wait: false) else { return }
        guard let descriptor = message.descriptors.first, message.descriptors.count == 1, !message.isControlDataTruncated else {
            return message.bytes.isEmpty ? end(connection) : try answer(connection, .failure(.invalidArgument))
        }
        connection.phase = .answering
        disarm(connection)
        try answer(connection, delegate?.addSeccompListener(descriptor) ?? .failure(.invalidArgument))
    }

    private func isPermitted(_ connection: ControlConnection) -> Bool {
        guard connection.isAllowedUser else {
            delegate?.peerRefused(connection.peer, reason: "it is neither root nor the owner of this container")
            return false
        }
        do throws(KernelError) {
            switch try inspect(connection) {
            case .trusted: return true
            case .ended: delegate?.peerRefused(connection.peer, reason: "its process has ended")
            case .foreign(let reason): delegate?.peerRefused(connection.peer, reason: reason)
            }
        } catch { delegate?.controlFailed(error) }
        return false
    }

    private func inspect(_ connection: ControlConnection) throws(KernelError) -> PeerInspection.Finding {
        guard let handle = try connection.socket.peerPIDFD() else { return inspection.inspect(pid: connection.peer.pid, handle: nil) }
        return inspection.inspect(pid: connection.peer.pid, handle: handle.number)
    }

    private func serve(_ request: ControlRequest, _ connection: ControlConnection) throws(KernelError) {
        switch request {
        case .state: try answer(connection, .number(publisher.state.rawValue))
        case .name: try answer(connection, .text(address.name))
        case .lxcPath: try answer(connection, .text(address.lxcPath))
        case .serveState(let state):
            publisher.serve(state)
            delegate?.stateServed(state)
            try answer(connection, .done)
        case .addStateClient(let wanted): try register(connection, wanted)
        case .ttyDescriptor(let terminal): try lease(terminal, connection)
        case .stop: try stop(connection)
        case .cgroupContext(let room): try answer(connection, ask(request), room: room)
        case .cgroupDescriptor(let record), .limitCgroupDescriptor(let record):
            try answer(connection, ask(request), room: record.room)
        default: try answer(connection, ask(request))
        }
    }

    private func ask(_ request: ControlRequest) -> ControlReply {
        guard let delegate else { return .failure(.noFunction) }
        switch request {
        case .windowChanged:
            delegate.windowChanged()
            return .silence
        case .initPID: return delegate.initPID()
        case .cloneFlags: return delegate.cloneFlags()
        case .cgroup(let controller): return delegate.cgroup(controller, .payload)
        case .limitCgroup(let controller): return delegate.cgroup(controller, .limits)
        case .configItem(let key): return delegate.configItem(key)
        case .consoleLog(let query): return delegate.consoleLog(query)
        case .addDeviceRule(let rule): return delegate.addDeviceRule(rule)
        case .freeze(let timeout): return delegate.freeze(timeoutInSeconds: timeout)
        case .unfreeze(let timeout): return delegate.unfreeze(timeoutInSeconds: timeout)
        case .cgroup2Descriptor: return delegate.cgroup2Descriptor(.payload)
        case .limitCgroup2Descriptor: return delegate.cgroup2Descriptor(.limits)
        case .initPIDFD: return delegate.initPIDFD()
        case .devptsDescriptor: return delegate.devptsDescriptor()
        case .seccompDescriptor: return delegate.seccompDescriptor()
        case .cgroupContext: return delegate.cgroupContext()
        case .cgroupDescriptor(let record): return delegate.cgroupDescriptor(record, .payload)
        case .limitCgroupDescriptor(let record): return delegate.cgroupDescriptor(record, .limits)
        case .systemdScope: return delegate.systemdScope()
        case .state, .name, .lxcPath, .serveState, .addStateClient, .ttyDescriptor, .stop, .addSeccompListener: return .failure(.noFunction)
        }
    }

    private func lease(_ terminal: ControlRequest.Terminal, _ connection: ControlConnection) throws(KernelError) {
        guard canHoldMore else { return try answer(connection, .failure(.tooManyOpenFiles)) }
        let lease = ControlLease(identifier: connection.identifier)
        let reply = delegate?.terminal(terminal, for: lease) ?? .failure(.badFileDescriptor)
        guard case .descriptor = reply else { return try answer(connection, reply) }
        if !isOpen(connection) {
            delegate?.terminalReleased(lease)
            return
        }
        // Leased from here on, so that a failure to send gives the terminal back.
        connection.phase = .leasing
        try answer(connection, reply, then: .leasing)
    }

    private func register(_ connection: ControlConnection, _ wanted: WantedStates) throws(KernelError) {
        if wanted.isSatisfied(by: publisher.state) {
            let number = publisher.state.rawValue
            return try send(connection, EncodedReply(status: number, value: number), then: nil)
        }
        guard canHoldMore else { return try answer(connection, .failure(.tooManyOpenFiles)) }
        publisher.watchers.register(WatchingClient(self, connection), identifier: connection.identifier, wanted: wanted)
        try send(connection, EncodedReply(status: ContainerState.none, value: ContainerState.none), then: .watching)
    }

    private func stop(_ connection: ControlConnection) throws(KernelError) {
        guard canHoldMore else { return try answer(connection, .failure(.tooManyOpenFiles)) }
        let reply = delegate?.stop() ?? .failure(.noFunction)
        guard isOpen(connection) else { return }
        guard case .silence = reply else { return try answer(connection, reply) }
        connection.phase = .stopping
    }

    /// `then` is the phase of a connection that stays; without it the connection ends with the answer.
    private func answer(
        _ connection: ControlConnection, _ reply: ControlReply, room: Int = .max, then next: ControlConnection.Phase? = nil
    ) throws(KernelError) {
        guard isOpen(connection) else { return }
        guard let encoded = reply.encoded(room: room) else { return end(connection) }
        try send(connection, encoded, then: next)
    }

    private func send(
        _ connection: ControlConnection, _ reply: EncodedReply, then next: ControlConnection.Phase?
    ) throws(KernelError) {
        try connection.start(reply)
        connection.phaseAfterSending = next
        if try connection.sendMore() { return try finishSending(connection) }
        connection.phase = .sending
        arm(connection)
        if let source = connection.source { try loop.change(source, [.writable, .peerClosed]) }
    }

    private func sendMore(_ connection: ControlConnection) throws(KernelError) {
        guard try connection.sendMore() else { return }
        if let source = connection.source { try loop.change(source, [.readable, .peerClosed]) }
        try finishSending(connection)
    }

    private func finishSending(_ connection: ControlConnection) throws(KernelError) {
        guard let next = connection.phaseAfterSending else { return try finish(connection) }
        disarm(connection)
        connection.phase = next
    }

    /// Ends a connection, unless a second request came with the first: whoever lists containers asks two things.
    private func finish(_ connection: ControlConnection) throws(KernelError) {
        guard !connection.isSecondRequest, let part = try connection.socket.receive(upTo: RequestHeader.size, wait: false), !part.isEmpty
        else { return end(connection) }
        connection.isSecondRequest = true
        connection.reader = RequestReader()
        connection.phase = .request
        guard case .complete(let header, let payload) = connection.reader.feed(part) else { return end(connection) }
        let request: ControlRequest
        do throws(Errno) { request = try ControlRequest(header, payload: payload) } catch { return try answer(connection, .failure(error)) }
        connection.phase = .answering
        try serve(request, connection)
    }

    /// A client that holds something has nothing more to say; what it says is dropped, and its end is what counts.
    private func drain(_ connection: ControlConnection) throws(KernelError) {
        guard let bytes = try connection.socket.receive(upTo: 4096, wait: false) else { return }
        if bytes.isEmpty { end(connection) }
    }
}

/// A connection on the list of state clients.
private final class WatchingClient: StateWatcher {
    private let server: ControlServer
    private let connection: ControlConnection

    init(_ server: ControlServer, _ connection: ControlConnection) {
        self.server = server
        self.connection = connection
    }

    func deliver(_ message: StateMessage) {
        do throws(KernelError) { _ = try connection.socket.send(message.encoded, wait: false) } catch {
            if error.errno != .brokenPipe && error.errno != .connectionReset { server.delegate?.controlFailed(error) }
        }
        server.end(connection)
    }

    func dismiss() { server.end(connection) }
}
