// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Reads the states of all containers of some container paths from their lxc-monitord: what lxc-monitor does.
package final class MonitorClient {
    /// One record and where it comes from.
    package struct Event: Sendable, Hashable {
        package let lxcPath: String
        package let message: StateMessage
    }

    /// What has arrived. The loop's handlers hold this and their connection, not the client, so that dropping the client hangs up.
    private final class Inbox {
        var events: [Event] = []
        var failure: KernelError?
    }

    private final class Connection {
        let lxcPath: String
        let socket: UnixSocket
        var source: EventLoop.Source?
        var hasEnded = false
        private var unread: [UInt8] = []

        init(lxcPath: String, socket: consuming UnixSocket) {
            self.lxcPath = lxcPath
            self.socket = socket
        }

        func read(into inbox: Inbox) {
            do throws(KernelError) {
                guard let part = try socket.receive(upTo: StateMessage.size * 16, wait: false) else { return }
                if part.isEmpty { hasEnded = true }
                unread += part
            } catch {
                if error.errno != .connectionReset { inbox.failure = error }
                hasEnded = true
            }
            while unread.count >= StateMessage.size {
                let record = Array(unread.prefix(StateMessage.size))
                unread.removeFirst(StateMessage.size)
                // A record that means nothing to us comes from a newer writer; the next one may.
                if let message = StateMessage(decoding: record) { inbox.events.append(Event(lxcPath: lxcPath, message: message)) }
            }
        }
    }

    private let loop: EventLoop
    private let inbox = Inbox()
    private var connections: [Connection] = []

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
            connection.source = try loop.add(connection.socket.number, [.readable, .peerClosed]) { [inbox] _ in
                connection.read(into: inbox)
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
        while true {
            try removeEnded()
            if !inbox.events.isEmpty { return inbox.events.removeFirst() }
            if let failure = inbox.failure { throw failure }
            if connections.isEmpty { return nil }
            let hasNews = try loop.run(
                until: { !inbox.events.isEmpty || inbox.failure != nil || connections.contains { $0.hasEnded } }, deadline: deadline)
            if !hasNews { return nil }
        }
    }

    /// A descriptor that is readable when there may be a record; ``next(until:)`` does not wait then.
    package var number: Int32 { loop.number }

    /// Whether any daemon is still connected.
    package var isConnected: Bool { connections.contains { !$0.hasEnded } }

    private func removeEnded() throws(KernelError) {
        for connection in connections where connection.hasEnded {
            if let source = connection.source { try loop.remove(source) }
        }
        connections.removeAll { $0.hasEnded }
    }

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

    private static func connect(_ lxcPath: String, daemon: String) throws(KernelError) -> UnixSocket {
        let address = try MonitorAddress(lxcPath: lxcPath).socketAddress()
        // The daemon that we find may end before it accepts us, so everything is tried again.
        for pause in [0, 10, 50, 100] {
            (MonotonicInstant.now + .milliseconds(pause)).sleep()
            do throws(KernelError) {
                let socket = try UnixSocket(connectingTo: address, timeLimit: .seconds(5))
                let peer = try socket.peerCredentials()
                guard peer.uid == 0 || peer.uid == PeerCredentials.ownEffective.uid else {
                    throw KernelError(
                        call: "connect", errno: .notPermitted, subject: address.description,
                        explanation: "it is user \(peer.uid) who listens there")
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
            throw KernelError(call: "read", errno: .timedOut, subject: daemon, explanation: "\(daemon) did not begin in time")
        }
        // Without the byte the daemon could not start, perhaps because another one has just done so: connecting will tell.
        _ = try reader.read(upTo: 1)
    }
}
