// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// One accepted connection and how far its conversation has come.
final class ControlConnection {
    /// What is being waited for.
    enum Phase: Equatable {
        /// The bytes of the request.
        case request
        /// The byte that carries a seccomp notify descriptor.
        case seccompListener
        /// Nothing: the request is being answered.
        case answering
        /// Room for the rest of the answer.
        case sending
        /// The client hangs up, which gives its terminal back.
        case leasing
        /// A change of the container's state.
        case watching
        /// The end of this process.
        case stopping

        /// Whether the connection must make progress before its deadline.
        var isTimed: Bool {
            switch self {
            case .request, .seccompListener, .sending: true
            case .answering, .leasing, .watching, .stopping: false
            }
        }
    }

    let identifier: UInt64
    let socket: UnixSocket
    let peer: PeerCredentials
    /// Whether the peer's user may control the container; its whereabouts are looked at when its request is complete.
    let isAllowedUser: Bool
    var phase = Phase.request
    var reader = RequestReader()
    /// Whether the request that is being answered is the last one that is heard.
    var isSecondRequest = false
    var source: EventLoop.Source?
    var timer: EventLoop.Timer?
    /// What is still to be sent, and the phase that follows; `nil` closes.
    var outgoing: ArraySlice<UInt8> = []
    var phaseAfterSending: Phase?

    init(identifier: UInt64, socket: consuming UnixSocket, peer: PeerCredentials, isAllowedUser: Bool) {
        self.identifier = identifier
        self.socket = socket
        self.peer = peer
        self.isAllowedUser = isAllowedUser
    }

    /// Sends the first part of an answer, the descriptors on its header.
    func start(_ reply: EncodedReply) throws(KernelError) {
        let header = reply.header.encoded
        let sent = try socket.send(header, descriptors: reply.descriptors.map { $0.number }, wait: false)
        outgoing = header.dropFirst(sent) + reply.payload
    }

    /// Sends more; the result says whether everything is out.
    func sendMore() throws(KernelError) -> Bool {
        while !outgoing.isEmpty {
            // In pieces, so that a console log of megabytes is not copied whole for each call.
            let part = Array(outgoing.prefix(65536))
            do throws(KernelError) { outgoing = outgoing.dropFirst(try socket.send(part, wait: false)) } catch {
                if error.errno == .resourceTemporarilyUnavailable { return false }
                throw error
            }
        }
        return true
    }
}
