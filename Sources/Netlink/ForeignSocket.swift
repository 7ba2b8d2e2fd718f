// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A socket that is opened in a network namespace which the caller may enter only by way of its user namespace.
///
/// Root of the host goes anywhere. An ordinary user is root in the user namespaces that they made, and nobody comes back from there; so a
/// copy of the process goes and sends the socket home.
enum ForeignSocket {
    /// The copy does a few system calls. A caller with threads may make a copy that waits for ever for one of them.
    private static let patience = Duration.seconds(2)

    /// Opens it.
    ///
    /// - Parameters:
    ///   - target: A handle on the namespace, or on a process in it.
    ///   - label: How an error names it.
    ///   - open: What opens the socket, once there.
    /// - Returns: The socket.
    /// - Throws: ``KernelError`` of the step that failed.
    static func open(
        _ target: Int32, label: String, _ open: () throws(KernelError) -> OwnedDescriptor
    ) throws(KernelError) -> OwnedDescriptor {
        let pair = try UnixSocket.pair(.sequencedPackets)
        guard let helper = try copyProcess() else { send(target, label, open, pair.closingFirst()) }
        let channel = pair.closingSecond()
        try SocketOptions.setReceiveLimit(patience, of: channel.number)
        let message: ReceivedMessage?
        do throws(KernelError) { message = try channel.receiveMessage(upTo: 64) } catch {
            try helper.send(Signals.kill)
            _ = try helper.collect()
            throw error
        }
        _ = try helper.collect()
        if let socket = message?.descriptors.first { return try socket.duplicate() }
        let number = message.flatMap { Int32(String(kernelBytes: $0.bytes)) }
        throw KernelError(call: "setns", errno: number.map { Errno(rawValue: $0) } ?? .noSuchProcess, subject: label)
    }

    /// Nil in the copy.
    private static func copyProcess() throws(KernelError) -> PidFD? {
        switch try ProcessCopy.make() {
        case .child: nil
        case .parent(_, let handle): handle
        }
    }

    private static func send(
        _ target: Int32, _ label: String, _ open: () throws(KernelError) -> OwnedDescriptor, _ channel: consuming UnixSocket
    ) -> Never {
        do throws(KernelError) {
            let socket: OwnedDescriptor
            do throws(KernelError) {
                try enter(target, label)
                socket = try open()
            } catch {
                try channel.sendAll(Array("\(error.errno.rawValue)".utf8))
                ProcessCopy.exitNow(1)
            }
            try channel.sendAll([0], descriptors: [socket.number])
        } catch { ProcessCopy.exitNow(1) }
        ProcessCopy.exitNow(0)
    }

    private static func enter(_ target: Int32, _ label: String) throws(KernelError) {
        // A process has both namespaces; of a namespace the owner has to be asked for.
        do throws(KernelError) { return try Namespaces.enter(target, [.user, .network], label: label) } catch {
            guard error.errno == .invalidArgument else { throw error }
        }
        let namespace = try DescriptorFlags.duplicate(target)
        let owner = try NamespaceFamily.owner(of: namespace)
        try Namespaces.enter(owner.number, .user, label: label)
        try Namespaces.enter(target, .network, label: label)
    }
}
