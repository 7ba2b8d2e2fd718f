// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// lxc-monitord: reads the states that monitors publish for one container path and copies them to every client.
package final class MonitorDaemon {
    private let lxcPath: String
    private let path: String
    private let loop: EventLoop
    private let pipe: OwnedDescriptor
    private let listener: UnixSocket
    private var clients: [UInt64: MonitorDaemonClient] = [:]
    private var lastIdentifier: UInt64 = 0
    private var unread: [UInt8] = []
    private var isOver = false
    private var idleTimer: EventLoop.Timer?
    private let idleLimit: Duration?

    /// Serves until it is asked to end (`quit`, SIGTERM, SIGINT), or until there has been no client for `idleLimit`.
    ///
    /// `ready` gets one byte `S` when clients can connect, and is closed. `idleLimit` `nil` stays without clients too.
    ///
    /// - Throws: ``KernelError``; `.addressInUse` when a daemon serves this container path already.
    package static func run(
        lxcPath: String, in directory: RunDirectory, ready: consuming OwnedDescriptor?, idleLimit: Duration? = .seconds(30)
    ) throws(KernelError) {
        let daemon = try MonitorDaemon(lxcPath: lxcPath, in: directory, idleLimit: idleLimit)
        do throws(KernelError) { try daemon.serve(ready: ready) } catch {
            try HostPath.remove(daemon.path)
            throw error
        }
        try HostPath.remove(daemon.path)
    }

    private init(lxcPath: String, in directory: RunDirectory, idleLimit: Duration?) throws(KernelError) {
        self.lxcPath = lxcPath
        self.idleLimit = idleLimit
        path = directory.monitorFifo(lxcPath: lxcPath)
        try HostPath.makeDirectories(directory.folder(of: lxcPath))
        pipe = try Self.openPipe(path)
        listener = try UnixSocket(listeningAt: try MonitorAddress(lxcPath: lxcPath).socketAddress())
        loop = try EventLoop()
    }

    /// Makes the pipe, or takes over one that a dead daemon left; the lock says that it is ours.
    private static func openPipe(_ path: String) throws(KernelError) -> OwnedDescriptor {
        for _ in 0..<10 {
            do throws(KernelError) { try HostPath.makeFifo(path, mode: 0o600) } catch { if error.errno != .fileExists { throw error } }
            // Read-write, so that the pipe has a writer all the time and never reports an end.
            let pipe = try OwnedDescriptor(opening: path, [.readWrite, .nonBlocking, .noFollow, .noControllingTerminal])
            let status = try FileStatus(of: pipe)
            guard status.kind == .fifo, status.owner == PeerCredentials.ownEffective.uid else {
                throw KernelError(call: "open", errno: .notPermitted, subject: path, explanation: "\(path) is not a named pipe of ours")
            }
            guard try FileLock.tryLock(pipe, owner: .process) else {
                throw KernelError(call: "fcntl", errno: .addressInUse, subject: path, explanation: "another lxc-monitord serves \(path)")
            }
            // The last daemon may have removed it between our two calls.
            if let now = try FileStatus.ifPresent(path, followLinks: false), now.inode == status.inode { return pipe }
        }
        throw KernelError(call: "open", errno: .resourceBusy, subject: path)
    }

    private func serve(ready: consuming OwnedDescriptor?) throws(KernelError) {
        let signals = try SignalDescriptor(blocking: [2, 15])
        _ = try loop.add(signals.number) { [self] _ in isOver = true }
        _ = try loop.add(pipe.number) { [self] _ in attempt { () throws(KernelError) in try forward() } }
        _ = try loop.add(listener.number) { [self] _ in attempt { () throws(KernelError) in try accept() } }
        restartIdleTimer()
        try Self.announce(ready)
        try loop.run(until: { isOver })
        try loop.removeAll()
        try signals.unblock()
    }

    private static func announce(_ ready: consuming OwnedDescriptor?) throws(KernelError) {
        guard let ready else { return }
        do throws(KernelError) { try ready.writeAll("S".utf8) } catch {
            // Whoever started us did not wait.
            if error.errno != .brokenPipe { throw error }
        }
    }

    /// A failure with one client or record must not end the service for the others.
    private func attempt(_ body: () throws(KernelError) -> Void) {
        do throws(KernelError) { try body() } catch { isOver = error.errno == .badFileDescriptor }
    }

    private func forward() throws(KernelError) {
        do throws(KernelError) { unread += try pipe.read(upTo: StateMessage.size * 64) } catch {
            if error.errno == .resourceTemporarilyUnavailable { return }
            throw error
        }
        while unread.count >= StateMessage.size {
            let record = Array(unread.prefix(StateMessage.size))
            unread.removeFirst(StateMessage.size)
            for client in clients.values where !client.send(record) { remove(client) }
        }
    }

    private func accept() throws(KernelError) {
        guard let socket = try listener.accept() else { return }
        let peer = try socket.peerCredentials()
        guard clients.count < 256, peer.uid == 0 || peer.uid == PeerCredentials.ownEffective.uid else { return }
        if try isInContainer(peer, socket) { return }
        lastIdentifier += 1
        let client = MonitorDaemonClient(identifier: lastIdentifier, socket: socket)
        client.source = try loop.add(client.number, [.readable, .peerClosed]) { [self] _ in read(client) }
        clients[client.identifier] = client
        restartIdleTimer()
    }

    // A client that has ended already is let in: "lxc-monitor -Q" says its word and goes. All that somebody in a container could gain
    // by doing the same is the end of a service that is started again on demand.
    private func isInContainer(_ peer: PeerCredentials, _ socket: borrowing UnixSocket) throws(KernelError) -> Bool {
        guard let handle = try socket.peerPIDFD() else { return PeerInspection().inspect(pid: peer.pid, handle: nil).isForeign }
        return PeerInspection().inspect(pid: peer.pid, handle: handle.number).isForeign
    }

    private func read(_ client: MonitorDaemonClient) {
        switch client.readCommand() {
        case .nothing: break
        case .quit: isOver = true
        case .end: remove(client)
        }
    }

    private func remove(_ client: MonitorDaemonClient) {
        clients[client.identifier] = nil
        if let source = client.source { attempt { () throws(KernelError) in try loop.remove(source) } }
        restartIdleTimer()
    }

    private func restartIdleTimer() {
        if let timer = idleTimer.take() { loop.cancel(timer) }
        guard let idleLimit, clients.isEmpty else { return }
        idleTimer = loop.schedule(after: idleLimit) { [self] in isOver = true }
    }
}

/// One client of lxc-monitord.
final class MonitorDaemonClient {
    enum Command { case nothing, quit, end }

    let identifier: UInt64
    var source: EventLoop.Source?
    private let socket: UnixSocket
    private var said: [UInt8] = []

    init(identifier: UInt64, socket: consuming UnixSocket) {
        self.identifier = identifier
        self.socket = socket
    }

    var number: Int32 { socket.number }

    /// Passes a record on; `false` when the client is gone or has not read for so long that its buffer is full.
    func send(_ record: [UInt8]) -> Bool {
        do throws(KernelError) { return try socket.send(record, wait: false) == record.count } catch { return false }
    }

    /// Reads what the client says: only `quit` means something.
    func readCommand() -> Command {
        do throws(KernelError) {
            guard let part = try socket.receive(upTo: 4, wait: false) else { return .nothing }
            if part.isEmpty { return .end }
            said += part
        } catch { return .end }
        if said.elementsEqual("quit".utf8) { return .quit }
        return "quit".utf8.starts(with: said) ? .nothing : .end
    }
}
