// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The typed conversation between the supervisor and the container's first process, over a socket that only they share.
enum HandshakeMessage: Equatable {
    /// Supervisor: ids are there; set yourself up.
    case begin
    /// Supervisor: the cgroups are there; asked for by ``CgroupEntry/late`` only. Descriptors: the ways into them.
    case cgroups
    /// Process: ready to execute init. Descriptors: both ends of the console (if any), devpts (if any), then the
    /// controlling ends of the ttys.
    case ready(hasConsole: Bool, hasDevpts: Bool)
    /// Supervisor: execute init; see ``InitSequence/asksLeave(_:)``.
    case execute
    /// Process: the next thing it does is exec. Success shows as the end of the conversation.
    case executing
    /// Process: some of its system calls wait for a decision from now on. Descriptor: where they do.
    case listener
    /// Process: it failed.
    case failed(OperationFailure)
    /// A helper that entered shared namespaces: the number of the process that it made.
    case born(pid: Int32)
    /// A helper that makes a mount. Descriptors: the mount, if there was one to be made.
    case made
}

extension HandshakeMessage {
    private enum Tag: Int { case begin = 1, ready, execute, executing, failed, born, cgroups, listener, made }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .begin: writer.put(Tag.begin.rawValue)
        case .cgroups: writer.put(Tag.cgroups.rawValue)
        case .ready(let hasConsole, let hasDevpts):
            writer.put(Tag.ready.rawValue)
            writer.put(hasConsole)
            writer.put(hasDevpts)
        case .execute: writer.put(Tag.execute.rawValue)
        case .made: writer.put(Tag.made.rawValue)
        case .executing: writer.put(Tag.executing.rawValue)
        case .listener: writer.put(Tag.listener.rawValue)
        case .failed(let failure):
            writer.put(Tag.failed.rawValue)
            writer.put(failure)
        case .born(let pid):
            writer.put(Tag.born.rawValue)
            writer.put(Int(pid))
        }
        return writer.bytes
    }

    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do throws(ByteReader.Malformed) {
            switch Tag(rawValue: try reader.int()) {
            case .begin: self = .begin
            case .cgroups: self = .cgroups
            case .ready: self = .ready(hasConsole: try reader.bool(), hasDevpts: try reader.bool())
            case .execute: self = .execute
            case .made: self = .made
            case .executing: self = .executing
            case .listener: self = .listener
            case .failed: self = .failed(try reader.failure())
            case .born:
                guard let pid = Int32(exactly: try reader.int()) else { return nil }
                self = .born(pid: pid)
            case nil: return nil
            }
        } catch { return nil }
    }
}

extension ByteWriter {
    /// Writes why something failed.
    package mutating func put(_ failure: OperationFailure) {
        put(failure.what)
        put(failure.reason)
        put(Int(failure.errno))
        put(failure.key)
        put(failure.origin?.file)
        put(failure.origin?.line ?? 0)
        put(failure.hint)
    }
}

extension ByteReader {
    /// The next reason of a failure.
    package mutating func failure() throws(Malformed) -> OperationFailure {
        var failure = OperationFailure(try string(), reason: try string())
        failure.errno = Int32(truncatingIfNeeded: try int())
        failure.key = try optionalString()
        let file = try optionalString()
        let line = try int()
        failure.origin = file.map { ConfigOrigin(file: $0, line: line) }
        failure.hint = try optionalString()
        return failure
    }
}

/// One end of the conversation.
struct HandshakeChannel: ~Copyable {
    private let socket: UnixSocket
    private static let longest = 65536

    init(_ socket: consuming UnixSocket) { self.socket = socket }

    var number: Int32 { socket.number }

    func send(_ message: HandshakeMessage, descriptors: [Int32] = []) throws(KernelError) {
        try socket.sendAll(message.bytes, descriptors: descriptors)
    }

    /// The next message; nil when the other side is gone.
    func receive() throws(KernelError) -> (message: HandshakeMessage, descriptors: [SharedDescriptor])? {
        guard let received = try receiveAny(), !received.bytes.isEmpty else { return nil }
        guard let message = HandshakeMessage(received.bytes) else {
            throw KernelError(call: "recvmsg", errno: .badMessage, subject: "handshake")
        }
        return (message, received.descriptors)
    }

    private func receiveAny() throws(KernelError) -> ReceivedMessage? {
        do { return try socket.receiveMessage(upTo: Self.longest) } catch {
            // The other side ended without reading what we had sent. That is reported once, before what it had sent itself.
            guard error.errno == .connectionReset else { throw error }
            return try socket.receiveMessage(upTo: Self.longest)
        }
    }
}
