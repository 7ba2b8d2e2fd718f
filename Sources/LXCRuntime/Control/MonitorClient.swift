// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Reads the states of all containers of some container paths from their lxc-monitord: what lxc-monitor does.
package final class MonitorClient {
    /// One record and where it comes from.
    package struct Event: Sendable, Hashable {
        package let lxcPath: String
        package let message: StateMessage
    }

    private final class Connection {
        let lxcPath: String
        let socket: UnixSocket
        var source: EventLoop.Source?
        var unread: [UInt8] = []

        init(lxcPath: String, socket: consuming UnixSocket) {
            self.lxcPath = lxcPath
            self.socket = socket
        }
    }

    private let loop: EventLoop
    private var connections: [Connection] = []
    private var events: [Event] = []
    private var failure: KernelError?

    /// Connects to the daemons, and starts those that do not run.
    ///
    /// - Parameters:
    ///   - lxcPaths: The container paths, one daemon each.
    ///   - daemon: The program `lxc-monitord`.
    /// - Throws: ``KernelError``; its subject names the daemon or the container path.
    package init(lxcPaths: [String], daemon: String = InstalledPaths.monitorDaemon) throws(KernelError) {
        loop = try EventLoop()
        for path in lxcPaths {
            let clean = CommandAddress.withoutTrailingSlashes(path)
            let connection = Connection(lxcPath: clean, socket: try Self.connect(clean, daemon: daemon))
            connection.source = try loop.add(connection.socket.number, [.readable, .peerClosed]) { [self] _ in
                read(connection)
            }
            connections.append(connection)
        }
    }

    /// The next record of any daemon.
    ///
    /// - Parameter deadline: When to give up; `nil` never.
    /// - Returns: `nil` when the deadline passed, or when all daemons have ended.
    /// - Throws: ``KernelError`` of the connection.
    package func next(until deadline: MonotonicInstant? = nil) throws(KernelError) -> Event? {
        try loop.run(until: { !events.isEmpty || connections.isEmpty || failure != nil }, deadline: deadline)
        if !events.isEmpty { return events.removeFirst() }
        if let failure { throw failure }
        return nil
    }

    /// Whether any daemon is still connected.
    package var isConnected: Bool { !connections.isEmpty }

    /// Asks the daemon of a container path to end; the result says whether one ran.
    package static func quitDaemon(lxcPath: String) throws(KernelError) -> Bool {
        do throws(KernelError) {
            let socket = try UnixSocket(connectingTo: try MonitorAddress(lxcPath: lxcPath).socketAddress(), timeLimit: .seconds(5))
            try socket.sendAll("quit".utf8.map { $0 })
            // Whoever hangs up at once is gone before the daemon can look at him, and is not obeyed then.
            _ = try Poll.wait(socket.number, for: .peerClosed, until: .now + .seconds(5))
            return true
        } catch {
            if error.errno == .connectionRefused { return false }
            throw error
        }
    }

    private func read(_ connection: Connection) {
        do throws(KernelError) {
            guard let part = try connection.socket.receive(upTo: StateMessage.size * 16, wait: false) else { return }
            if part.isEmpty { return remove(connection) }
            connection.unread += part
        } catch {
            if error.errno != .connectionReset { failure = error }
            return remove(connection)
        }
        while connection.unread.count >= StateMessage.size {
            let record = Array(connection.unread.prefix(StateMessage.size))
            connection.unread.removeFirst(StateMessage.size)
            // A record that means nothing to us comes from a newer writer; the next one may.
            if let message = StateMessage(decoding: record) { events.append(Event(lxcPath: connection.lxcPath, message: message)) }
        }
    }

    private func remove(_ connection: Connection) {
        connections.removeAll { $0 === connection }
        guard let source = connection.source else { return }
        do throws(KernelError) { try loop.remove(source) } catch { failure = error }
    }

    private static func connect(_ lxcPath: String, daemon: String) throws(KernelError) -> UnixSocket {
        let address = try MonitorAddress(lxcPath: lxcPath).socketAddress()
        // The daemon that we find may end before it accepts us, so everything is tried again.
        for pause in [0, 10, 50, 100] {
            (MonotonicInstant.now + .milliseconds(pause)).sleep()
            do throws(KernelError) {
                let socket = try UnixSocket(connectingTo: address, timeLimit: .seconds(5))
                let peer = try socket.peerCredentials()
                guard peer.uid == 0 || peer.uid == PeerCredentials.ownEffective.uid else {
                    throw KernelError(call: "connect", errno: .notPermitted, subject: "\(address.description), held by user \(peer.uid)")
                }
                return socket
            } catch {
                if error.errno != .connectionRefused { throw error }
            }
            try start(daemon, lxcPath: lxcPath)
        }
        throw KernelError(call: "connect", errno: .connectionRefused, subject: address.description)
    }

    /// Starts `lxc-monitord LXCPATH FD` in the background and waits for its byte `S`.
    private static func start(_ daemon: String, lxcPath: String) throws(KernelError) {
        let null = try OwnedDescriptor(opening: "/dev/null", [.readWrite, .noControllingTerminal])
        let pipe = try Pipe()
        var launch = ProgramLaunch(.path(daemon), arguments: ["lxc-monitord", lxcPath, "3"], environment: ProcessEnvironment.lines)
        launch.descriptors = [(null.number, 0), (null.number, 1), (null.number, 2), (pipe.writer.number, 3)]
        launch.newSession = true
        launch.detached = true
        _ = try launch.start()
        let reader = pipe.closingWriter()
        if try Poll.wait(reader.number, for: .readable, until: .now + .seconds(10)).isEmpty {
            throw KernelError(call: "read", errno: .timedOut, subject: daemon)
        }
        // Without the byte the daemon could not start, perhaps because another one has just done so: connecting will tell.
        _ = try reader.read(upTo: 1)
    }
}
