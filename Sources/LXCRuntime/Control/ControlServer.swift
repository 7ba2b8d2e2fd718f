// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// The control socket of one container: accepts clients, reads their requests, and has its delegate answer them.
///
/// Everything happens on an event loop without waiting for anybody: a client that connects and says nothing, or says it byte by byte,
/// costs the others nothing and is dropped at a deadline.
///
/// The loop's handlers hold the server until ``close()``, and each connection until it is ended.
package final class ControlServer {
    /// How much a server puts up with.
    package struct Limits: Sendable {
        /// From the connection to the end of the answer.
        package var patience: Duration = .seconds(10)
        /// Connections of allowed users that are being read or answered; the oldest is dropped for the next.
        package var pending = 256
        /// The same for users who will be refused anyway.
        package var foreign = 16
        /// Connections that stay: terminals, state clients, stop requests.
        package var held = 512

        package init() {}
    }

    package let address: CommandAddress
    package let publisher: StatePublisher
    package var delegate: (any ControlDelegate)?
    /// How peers are looked at; tell it the payload's cgroups once they are known.
    package var inspection = PeerInspection()
    let loop: EventLoop
    private let limits: Limits
    private var listener: UnixSocket?
    private var listenerSource: EventLoop.Source?
    private var connections: [UInt64: ControlConnection] = [:]
    private var lastIdentifier: UInt64 = 0

    /// Binds the container's name; connections wait until ``startAccepting()``.
    ///
    /// - Throws: ``KernelError``, `.addressInUse` when the container runs already.
    package convenience init(
        lxcPath: String, name: String, loop: EventLoop, publisher: StatePublisher, limits: Limits = Limits()
    ) throws(KernelError) {
        let address = CommandAddress(lxcPath: lxcPath, name: name)
        let listener = try UnixSocket(listeningAt: try address.socketAddress())
        self.init(listener: listener, address: address, loop: loop, publisher: publisher, limits: limits)
    }

    /// Takes over a bound, listening, non-blocking socket.
    package init(
        listener: consuming UnixSocket, address: CommandAddress, loop: EventLoop, publisher: StatePublisher, limits: Limits = Limits()
    ) {
        self.listener = consume listener
        self.address = address
        self.loop = loop
        self.publisher = publisher
        self.limits = limits
    }

    /// How many connections there are.
    package var connectionCount: Int { connections.count }

    /// Serves those who wait and those who come.
    package func startAccepting() throws(KernelError) {
        guard listenerSource == nil, let number = listener?.number else { return }
        listenerSource = try loop.add(number) { [self] _ in acceptWaiting() }
    }

    /// Lets new clients wait, for example between the runs of a reboot; those that are connected are still served.
    package func stopAccepting() throws(KernelError) {
        guard let source = listenerSource.take() else { return }
        try loop.remove(source)
    }

    /// Gives the name up and ends all connections but two kinds: state clients, which
    /// ``StatePublisher/finishRun(rebooting:)`` ends, and stop requests, which end with this process.
    package func close() throws(KernelError) {
        try stopAccepting()
        listener = nil
        for connection in connections.values where connection.phase != .watching && connection.phase != .stopping { end(connection) }
    }

    /// Takes the terminals back from everybody who holds one.
    package func endLeases() {
        for connection in connections.values where connection.phase == .leasing { end(connection) }
    }

    /// Answers those who asked for the container's end, by ending their connections; for an owner that outlives the container.
    package func endStops() {
        for connection in connections.values where connection.phase == .stopping { end(connection) }
    }

    /// Serves a connection that did not come through the listener.
    package func adopt(_ socket: consuming UnixSocket) throws(KernelError) {
        let peer = try socket.peerCredentials()
        let own = PeerCredentials.ownReal
        let isAllowed = peer.uid == 0 || (peer.uid == own.uid && peer.gid == own.gid)
        lastIdentifier += 1
        let connection = ControlConnection(identifier: lastIdentifier, socket: socket, peer: peer, isAllowedUser: isAllowed)
        makeRoom(forAllowedUser: isAllowed)
        connections[connection.identifier] = connection
        do throws(KernelError) {
            connection.source = try loop.add(connection.socket.number, [.readable, .peerClosed]) { [self] _ in
                proceed(connection)
            }
        } catch {
            connections[connection.identifier] = nil
            throw error
        }
        arm(connection)
    }

    private func acceptWaiting() {
        // A few at a time: requests of clients that are connected come in between.
        for _ in 0..<32 {
            do throws(KernelError) {
                guard let socket = try listener?.accept() else { return }
                try adopt(socket)
            } catch {
                delegate?.controlFailed(error)
                guard error.errno == .tooManyOpenFiles || error.errno == .tooManyOpenFilesInSystem else { return }
                if let oldest = oldestPending({ _ in true }) { end(oldest) } else { pauseAccepting() }
                return
            }
        }
    }

    // Without a descriptor left the listener stays readable, and the loop would spin.
    private func pauseAccepting() {
        do throws(KernelError) { try stopAccepting() } catch { delegate?.controlFailed(error) }
        loop.schedule(after: .milliseconds(100)) { [self] in
            do throws(KernelError) { try startAccepting() } catch { delegate?.controlFailed(error) }
        }
    }

    private func makeRoom(forAllowedUser isAllowed: Bool) {
        let most = isAllowed ? limits.pending : limits.foreign
        let pending = connections.values.count { $0.phase.isTimed && $0.isAllowedUser == isAllowed }
        if pending >= most, let oldest = oldestPending({ $0.isAllowedUser == isAllowed }) { end(oldest) }
    }

    private func oldestPending(_ isMeant: (ControlConnection) -> Bool) -> ControlConnection? {
        connections.values.filter { $0.phase.isTimed && isMeant($0) }.min { $0.identifier < $1.identifier }
    }
}

extension ControlServer {
    var canHoldMore: Bool { connections.values.count { !$0.phase.isTimed && $0.phase != .answering } < limits.held }

    func isOpen(_ connection: ControlConnection) -> Bool { connections[connection.identifier] === connection }

    /// Starts the time until which the connection must be through.
    func arm(_ connection: ControlConnection) {
        disarm(connection)
        connection.timer = loop.schedule(after: limits.patience) { [self] in end(connection) }
    }

    func disarm(_ connection: ControlConnection) {
        if let timer = connection.timer.take() { loop.cancel(timer) }
    }

    /// Closes a connection; what hung on it is given back.
    func end(_ connection: ControlConnection) {
        guard connections.removeValue(forKey: connection.identifier) === connection else { return }
        disarm(connection)
        if let source = connection.source.take() {
            do throws(KernelError) { try loop.remove(source) } catch { delegate?.controlFailed(error) }
        }
        publisher.watchers.remove(connection.identifier)
        if connection.phase == .leasing || connection.phaseAfterSending == .leasing {
            delegate?.terminalReleased(ControlLease(identifier: connection.identifier))
        }
        // The handler's own reference may live a little longer; the client must not wait for that.
        do throws(KernelError) { try connection.socket.shutdown(reading: true, writing: true) } catch {
            if error.errno != .socketNotConnected { delegate?.controlFailed(error) }
        }
    }
}
