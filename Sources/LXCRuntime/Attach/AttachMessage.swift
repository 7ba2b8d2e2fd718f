// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The typed conversation between the tool and the processes that enter the container, over a socket that only they share.
///
/// The end of the conversation without a failure means that the program was executed.
enum AttachMessage: Equatable {
    /// Tool: the process is where it belongs; go on.
    case begin
    /// Process between host and container: the program's process has this number on the host.
    case born(pid: Int32)
    /// Program's process: some of its system calls wait for a decision from now on. Descriptor: where they do.
    case listener
    /// Either process: it failed.
    case failed(AttachFailure)
}

extension AttachMessage {
    private enum Tag: Int { case begin = 1, born, failed, listener }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .begin: writer.put(Tag.begin.rawValue)
        case .born(let pid):
            writer.put(Tag.born.rawValue)
            writer.put(Int(pid))
        case .listener: writer.put(Tag.listener.rawValue)
        case .failed(let failure):
            writer.put(Tag.failed.rawValue)
            writer.put(failure.kind.rawValue)
            writer.put(failure.failure)
        }
        return writer.bytes
    }

    /// Nil for anything else than a message; root of the container may have been able to write it.
    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do throws(ByteReader.Malformed) {
            switch Tag(rawValue: try reader.int()) {
            case .begin: self = .begin
            case .born:
                guard let pid = Int32(exactly: try reader.int()), pid > 0 else { return nil }
                self = .born(pid: pid)
            case .listener: self = .listener
            case .failed:
                guard let kind = AttachFailure.Kind(rawValue: try reader.int()) else { return nil }
                self = .failed(AttachFailure(kind, try reader.failure()))
            case nil: return nil
            }
        } catch { return nil }
    }
}

/// One end of the conversation.
final class AttachChannel {
    private let socket: UnixSocket

    init(_ socket: consuming UnixSocket) { self.socket = socket }

    var number: Int32 { socket.number }

    func send(_ message: AttachMessage, descriptors: [Int32] = []) throws(KernelError) {
        try socket.sendAll(message.bytes, descriptors: descriptors)
    }

    /// The next message; nil when the other side is gone, or has executed the program.
    func receive() throws(KernelError) -> (message: AttachMessage, descriptors: [SharedDescriptor])? {
        let received: ReceivedMessage?
        do { received = try socket.receiveMessage(upTo: 65536) } catch {
            // The other side ended without reading what it was sent.
            if error.errno == .connectionReset { return nil }
            throw error
        }
        guard let received, !received.bytes.isEmpty else { return nil }
        guard let message = AttachMessage(received.bytes) else {
            throw KernelError(call: "recvmsg", errno: .badMessage, subject: "attach")
        }
        return (message, received.descriptors)
    }
}
