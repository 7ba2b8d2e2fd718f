// SPDX-License-Identifier: Apache-2.0
import CLinux
package import LinuxKernel

/// A conversation with the kernel's networking in one network namespace: that in which the socket was opened, wherever the caller
/// goes afterwards.
package struct NetlinkSocket: ~Copyable, Sendable {
    private let descriptor: OwnedDescriptor
    private var sequence: UInt32 = 0

    /// The longest wait for an answer that the kernel gives at once. A dump waits for the locks of other work at most.
    private static let timeLimit = Duration.seconds(10)
    /// What rtnetlink(7) advises for dumps: the kernel fills what it is offered, up to 32 KiB.
    private static let dumpSize = 32 * 1024
    /// An acknowledgement with its explanation.
    private static let replySize = 4096
    /// The answers to one batch wait in the socket's buffer; with 300 of them it overflows.
    private static let batchSize = 32
    /// How often a listing begins again because something changed under it.
    private static let dumpAttempts = 20

    /// Opens one in the caller's network namespace.
    ///
    /// Kernel calls: `socket(2)` `NETLINK_ROUTE`, `setsockopt(2)` `NETLINK_EXT_ACK`, `NETLINK_CAP_ACK`, `NETLINK_GET_STRICT_CHK`.
    package init() throws(KernelError) { descriptor = try Self.open() }

    /// Opens one in another network namespace; the caller's thread goes there and comes back.
    ///
    /// `namespace`: a handle on the namespace or on a process in it. `label`: how an error names it.
    package init(in namespace: Int32, label: String) throws(KernelError) {
        descriptor =
            ProcessControl.effectiveUser == 0
            ? try Namespaces.visitNetwork(namespace, label: label) { () throws(KernelError) in try Self.open() }
            : try ForeignSocket.open(namespace, label: label) { () throws(KernelError) in try Self.open() }
    }

    /// Takes over a socket that was opened as ``init()`` does.
    package init(owning descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

    private static func open() throws(KernelError) -> OwnedDescriptor {
        let type = Int32(CLINUX_SOCK_RAW | CLINUX_SOCK_CLOEXEC)
        let descriptor = OwnedDescriptor(owning: try kernelCall("socket", "rtnetlink") { socket(AF_NETLINK, type, NETLINK_ROUTE) })
        let number = descriptor.number
        for option in [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK] {
            var on: Int32 = 1
            try kernelCommand("setsockopt", "rtnetlink") {
                setsockopt(number, SOL_NETLINK, option, &on, socklen_t(MemoryLayout<Int32>.size))
            }
        }
        try SocketOptions.setReceiveLimit(timeLimit, of: number)
        return descriptor
    }

    /// Sends requests in one go and waits until each is acknowledged.
    ///
    /// - Throws: ``KernelError`` of the first that the kernel refused; those after it may have been carried out all the same.
    package mutating func perform(_ requests: [NetlinkRequest]) throws(KernelError) {
        for start in stride(from: 0, to: requests.count, by: Self.batchSize) {
            try performBatch(Array(requests[start..<min(start + Self.batchSize, requests.count)]))
        }
    }

    private mutating func performBatch(_ requests: [NetlinkRequest]) throws(KernelError) {
        let first = sequence &+ 1
        var bytes: [UInt8] = []
        for request in requests {
            sequence &+= 1
            bytes += try request.finished(sequence: sequence)
        }
        try send(bytes, requests[0])
        var refusal: KernelError?
        var isAnswered = [Bool](repeating: false, count: requests.count)
        while isAnswered.contains(false) {
            for message in try receive(Self.replySize, requests[0]) {
                guard let verdict = message.verdict else { continue }
                // Answers to somebody's earlier request, given up halfway, carry an older number.
                let index = Int(message.sequence &- first)
                guard index < requests.count, !isAnswered[index] else { continue }
                isAnswered[index] = true
                if verdict.errno != 0 && refusal == nil { refusal = Self.error(verdict, requests[index]) }
            }
        }
        if let refusal { throw refusal }
    }

    /// Sends one request and waits until it is acknowledged.
    package mutating func perform(_ request: NetlinkRequest) throws(KernelError) { try perform([request]) }

    /// Asks for one object.
    mutating func ask(_ request: NetlinkRequest) throws(KernelError) -> NetlinkMessage {
        sequence &+= 1
        try send(try request.finished(sequence: sequence), request)
        while true {
            for message in try receive(Self.dumpSize, request) where message.sequence == sequence {
                guard let verdict = message.verdict else { return message }
                if verdict.errno != 0 { throw Self.error(verdict, request) }
            }
        }
    }

    /// Lists objects. Starts again when the list changed while it was read, so that nothing is missing and nothing is there twice.
    mutating func dump(_ request: NetlinkRequest) throws(KernelError) -> [NetlinkMessage] {
        for _ in 0..<Self.dumpAttempts {
            if let messages = try dumpOnce(request) { return messages }
        }
        throw KernelError(call: request.name.description, errno: .interrupted, subject: request.subject)
    }

    /// nil when the kernel says that the list is not of one moment.
    private mutating func dumpOnce(_ request: NetlinkRequest) throws(KernelError) -> [NetlinkMessage]? {
        sequence &+= 1
        try send(try request.finished(sequence: sequence), request)
        var result: [NetlinkMessage] = []
        var isConsistent = true
        while true {
            for message in try receive(Self.dumpSize, request) where message.sequence == sequence {
                if message.flags & UInt16(NLM_F_DUMP_INTR) != 0 { isConsistent = false }
                if let verdict = message.verdict, verdict.errno != 0 { throw Self.error(verdict, request) }
                if message.type == UInt16(NLMSG_DONE) {
                    if let code = message.payload.integer(Int32.self, at: 0), code < 0 {
                        throw Self.error((Int32(clamping: code.magnitude), nil), request)
                    }
                    return isConsistent ? result : nil
                }
                result.append(message)
            }
        }
    }

    private func send(_ bytes: [UInt8], _ request: NetlinkRequest) throws(KernelError) {
        let number = descriptor.number
        let sent = try kernelCall("send", request.subject) { bytes.withUnsafeBytes { CLinux.send(number, $0.baseAddress, $0.count, 0) } }
        guard sent == bytes.count else {
            throw KernelError(call: request.name.description, errno: Errno(rawValue: EMSGSIZE), subject: request.subject)
        }
    }

    private func receive(_ size: Int, _ request: NetlinkRequest) throws(KernelError) -> [NetlinkMessage] {
        let number = descriptor.number
        var datagram: [UInt8] = []
        let count = try kernelCall("recv", request.subject) {
            datagram.fill(upTo: size) { recv(number, $0, $1, Int32(MSG_TRUNC)) }
        }
        guard count <= size else {
            throw KernelError(call: request.name.description, errno: Errno(rawValue: EMSGSIZE), subject: request.subject)
        }
        return NetlinkMessage.all(in: datagram)
    }

    private static func error(_ verdict: (errno: Int32, explanation: String?), _ request: NetlinkRequest) -> KernelError {
        KernelError(
            call: request.name.description, errno: Errno(rawValue: verdict.errno), subject: request.subject,
            explanation: verdict.explanation)
    }
}
