// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// One connection to a monitor: sends one request and reads its answer, never longer than until a deadline.
final class ControlConversation {
    private let socket: UnixSocket
    private let deadline: MonotonicInstant?
    private let address: CommandAddress
    private var isSenderVerified = false

    /// Connects, and makes sure that the listener belongs to root, to us, or to the container's owner.
    ///
    /// - Throws: ``ControlError/stopped`` when nobody listens.
    init(_ address: CommandAddress, deadline: MonotonicInstant?) throws(ControlError) {
        self.deadline = deadline
        self.address = address
        do throws(KernelError) {
            socket = try UnixSocket(connectingTo: try address.socketAddress(), timeLimit: deadline?.remaining)
            // Asked for before the request goes out, so that no answer can come without it.
            try socket.receiveSenderIdentity()
        } catch { throw Self.translate(error) }
        try checkUser(kernel { () throws(KernelError) in try socket.peerCredentials() })
    }

    /// The connection's descriptor, for waiting elsewhere.
    var socketNumber: Int32 { socket.number }

    /// Sends the request with our credentials, the payload in a second message.
    func send(_ request: ControlRequest) throws(ControlError) {
        let (header, payload) = request.encoded
        try kernel { () throws(KernelError) in
            try socket.sendAll(header.encoded, credentials: .ownEffective)
            if !payload.isEmpty { try socket.sendAll(payload) }
        }
    }

    /// Sends two requests without payload at once; C LXC's monitors answer the first one only.
    func send(_ first: ControlRequest, and second: ControlRequest) throws(ControlError) {
        let bytes = first.encoded.header.encoded + second.encoded.header.encoded
        try kernel { () throws(KernelError) in try socket.sendAll(bytes, credentials: .ownEffective) }
    }

    /// Sends a descriptor on a byte without meaning.
    func send(descriptor: Int32) throws(ControlError) {
        try kernel { () throws(KernelError) in try socket.sendAll([0], descriptors: [descriptor]) }
    }

    /// Reads the answer; `nil` when the monitor closed the connection without one.
    ///
    /// Error numbers in the answer are not looked at. A reset connection is ``ControlError/stopped``: the listener went away.
    func receiveReply(unboundedPayload: Bool = false) throws(ControlError) -> EncodedReply? {
        var descriptors: [SharedDescriptor] = []
        guard let bytes = try receiveExactly(RequestHeader.size, descriptors: &descriptors) else { return nil }
        guard let header = ReplyHeader(decoding: bytes) else { throw .malformed("a header of \(bytes.count) bytes") }
        guard header.length > 0 else { return EncodedReply(header: header, payload: [], descriptors: descriptors) }
        if !unboundedPayload && Int(header.length) > RequestHeader.largestPayload {
            throw .malformed("a payload of \(header.length) bytes")
        }
        var extra: [SharedDescriptor] = []
        guard let payload = try receiveExactly(Int(header.length), descriptors: &extra) else { throw .malformed("no payload") }
        return EncodedReply(header: header, payload: payload, descriptors: descriptors)
    }

    /// Reads one state message; `nil` when the connection ends without one.
    func receiveStateMessage(until deadline: MonotonicInstant?) throws(ControlError) -> StateMessage? {
        var descriptors: [SharedDescriptor] = []
        guard let bytes = try receiveExactly(StateMessage.size, descriptors: &descriptors, until: deadline) else { return nil }
        guard let message = StateMessage(decoding: bytes) else { throw .malformed("a state message with unknown numbers") }
        return message
    }

    /// Waits until the monitor closes the connection.
    func waitForEnd() throws(ControlError) {
        var ignored: [SharedDescriptor] = []
        while try !receivePart(4096, &ignored, deadline).isEmpty {}
    }

    private func receiveExactly(_ count: Int, descriptors: inout [SharedDescriptor]) throws(ControlError) -> [UInt8]? {
        try receiveExactly(count, descriptors: &descriptors, until: deadline)
    }

    private func receiveExactly(
        _ count: Int, descriptors: inout [SharedDescriptor], until deadline: MonotonicInstant?
    ) throws(ControlError) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            // At most 64 KiB at once: the length comes from the other end and is not worth an allocation of its own size.
            let part = try receivePart(min(count - bytes.count, 65536), &descriptors, deadline)
            if part.isEmpty {
                if bytes.isEmpty { return nil }
                throw .malformed("the connection ended after \(bytes.count) of \(count) bytes")
            }
            bytes += part
        }
        return bytes
    }

    /// An empty result is the end of the connection.
    private func receivePart(
        _ count: Int, _ descriptors: inout [SharedDescriptor], _ deadline: MonotonicInstant?
    ) throws(ControlError) -> [UInt8] {
        while true {
            let received = try kernel { () throws(KernelError) -> ReceivedMessage? in
                if try Poll.wait(socket.number, for: .readable, until: deadline).isEmpty {
                    throw KernelError(call: "poll", errno: .timedOut, subject: "monitor")
                }
                return try socket.receiveMessage(upTo: count, wait: false)
            }
            guard let message = received else { continue }
            if message.bytes.isEmpty { return [] }
            try checkSender(message)
            descriptors += message.descriptors
            return message.bytes
        }
    }

    /// Who owns the container's folder is a legitimate owner of its monitor: root asks about a user's container. Nil when nobody can tell.
    private var owner: UInt32? {
        guard !address.name.isEmpty else { return nil }
        do { return try FileStatus.ifPresent("\(address.lxcPath)/\(address.name)", followLinks: false)?.owner } catch { return nil }
    }

    private func checkUser(_ peer: PeerCredentials) throws(ControlError) {
        let known = [0, ProcessControl.realUser, ProcessControl.effectiveUser]
        if !known.contains(peer.uid) && peer.uid != owner {
            throw .untrusted("it belongs to user \(peer.uid), not to root, you or the container's owner")
        }
    }

    // The listener's own credentials are those of the process that called listen(2), which for a daemon is long gone. The sender
    // of an answer lives, and cannot claim to be somebody outside its own pid namespace.
    // Once is enough for a connection; a monitor may send its last message and end.
    private func checkSender(_ message: ReceivedMessage) throws(ControlError) {
        if isSenderVerified { return }
        guard let sender = message.sender else { throw .untrusted("its answer carries no credentials") }
        try checkUser(sender)
        switch PeerInspection().inspect(pid: sender.pid, handle: message.senderPIDFD?.number) {
        case .trusted: isSenderVerified = true
        case .ended: throw .stopped
        case .foreign(let reason): throw .untrusted(reason)
        }
    }

    private func kernel<Value>(_ body: () throws(KernelError) -> Value) throws(ControlError) -> Value {
        do throws(KernelError) { return try body() } catch { throw Self.translate(error) }
    }

    private static func translate(_ error: KernelError) -> ControlError {
        switch error.errno {
        case .connectionRefused, .connectionReset, .brokenPipe, .noSuchFileOrDirectory: .stopped
        case .resourceTemporarilyUnavailable, .timedOut: .timedOut
        default: .kernel(error)
        }
    }
}
