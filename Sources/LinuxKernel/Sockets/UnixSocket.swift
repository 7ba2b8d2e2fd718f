// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A unix socket; close-on-exec from birth, and sending never raises SIGPIPE.
package struct UnixSocket: ~Copyable, Sendable {
    /// What a message boundary means, the raw values are the kernel's `SOCK_*` numbers.
    package enum Kind: Sendable {
        case stream
        case sequencedPackets

        var rawValue: Int32 {
            switch self {
            case .stream: Int32(CLINUX_SOCK_STREAM)
            case .sequencedPackets: Int32(CLINUX_SOCK_SEQPACKET)
            }
        }
    }

    package let descriptor: OwnedDescriptor

    /// Takes over an open socket.
    package init(owning descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

    /// The descriptor's number, valid while this value lives.
    package var number: Int32 { descriptor.number }

    /// Gives the descriptor up to a new owner.
    package consuming func releaseDescriptor() -> OwnedDescriptor { descriptor }

    /// Opens an unconnected socket.
    ///
    /// Kernel call: `socket(2)`.
    package init(_ kind: Kind = .stream, nonBlocking: Bool = false) throws(KernelError) {
        descriptor = try Self.open(kind, nonBlocking)
    }

    /// Two sockets connected to each other.
    ///
    /// Kernel call: `socketpair(2)`.
    package static func pair(_ kind: Kind = .stream, nonBlocking: Bool = false) throws(KernelError) -> UnixSocketPair {
        let type = kind.rawValue | creationFlags(nonBlocking)
        var raw: [Int32] = [-1, -1]
        try kernelCommand("socketpair", "unix sockets") { socketpair(AF_UNIX, type, 0, &raw) }
        return UnixSocketPair(
            first: UnixSocket(owning: OwnedDescriptor(owning: raw[0])), second: UnixSocket(owning: OwnedDescriptor(owning: raw[1])))
    }

    /// Binds to an abstract name and listens; `backlog` connections may wait to be accepted.
    ///
    /// - Throws: ``KernelError``, `.addressInUse` when somebody listens there already.
    ///
    /// Kernel calls: `bind(2)`, `listen(2)`.
    package init(
        listeningAt address: AbstractAddress, _ kind: Kind = .stream, backlog: Int32 = 100, nonBlocking: Bool = true
    ) throws(KernelError) {
        let descriptor = try Self.open(kind, nonBlocking)
        let number = descriptor.number
        try kernelCommand("bind", address.description) { address.withSocketAddress { bind(number, $0, $1) } }
        try kernelCommand("listen", address.description) { listen(number, backlog) }
        self.descriptor = descriptor
    }

    /// Connects to an abstract name.
    ///
    /// `timeLimit` is the longest wait for a place in the listener's backlog, `nil` for ever. It stays in force as the socket's
    /// send limit.
    ///
    /// - Throws: ``KernelError``, `.connectionRefused` when nobody listens, `.resourceTemporarilyUnavailable` when the time is over.
    ///
    /// Kernel call: `connect(2)`.
    package init(
        connectingTo address: AbstractAddress, _ kind: Kind = .stream, timeLimit: Duration? = nil
    ) throws(KernelError) {
        let descriptor = try Self.open(kind, false)
        let number = descriptor.number
        if let timeLimit { try Self.setSendLimit(timeLimit, of: number) }
        try kernelCommand("connect", address.description) { address.withSocketAddress { connect(number, $0, $1) } }
        self.descriptor = descriptor
    }

    /// Whether somebody listens at an abstract name; does not wait.
    ///
    /// Kernel call: `connect(2)`.
    package static func hasListener(at address: AbstractAddress) throws(KernelError) -> Bool {
        let descriptor = try open(.stream, true)
        let number = descriptor.number
        do throws(KernelError) {
            try kernelCommand("connect", address.description) { address.withSocketAddress { connect(number, $0, $1) } }
            return true
        } catch {
            switch error.errno {
            case .connectionRefused: return false
            // So many have come that one more would have to wait.
            case .resourceTemporarilyUnavailable: return true
            default: throw error
            }
        }
    }

    /// Connects to a socket that has a path on the host.
    ///
    /// `path`: at most 107 bytes; `timeLimit`: as with ``init(connectingTo:_:timeLimit:)``.
    ///
    /// - Throws: ``KernelError``, `.noSuchFileOrDirectory`, `.connectionRefused` when nobody listens, `.fileNameTooLong`.
    ///
    /// Kernel call: `connect(2)`.
    package init(connectingToPath path: String, _ kind: Kind = .stream, timeLimit: Duration? = nil) throws(KernelError) {
        let descriptor = try Self.open(kind, false)
        let number = descriptor.number
        if let timeLimit { try Self.setSendLimit(timeLimit, of: number) }
        let bytes = path.kernelBytes
        var raw = sockaddr_un()
        raw.sun_family = sa_family_t(AF_UNIX)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: raw.sun_path) else {
            throw KernelError(call: "connect", errno: bytes.isEmpty ? .invalidArgument : .fileNameTooLong, subject: path)
        }
        withUnsafeMutableBytes(of: &raw.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        try kernelCommand("connect", path) {
            withUnsafePointer(to: &raw) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(number, $0, length) } }
        }
        self.descriptor = descriptor
    }

    /// Takes the next waiting connection.
    ///
    /// - Returns: `nil` when none waits (non-blocking listener), or when the one that waited went away.
    ///
    /// Kernel call: `accept4(2)`.
    package func accept(nonBlocking: Bool = true) throws(KernelError) -> UnixSocket? {
        let number = descriptor.number
        let flags = Self.creationFlags(nonBlocking)
        do throws(KernelError) {
            let raw = try kernelCall("accept4", "descriptor \(number)") { clinux_accept4(number, flags) }
            return UnixSocket(owning: OwnedDescriptor(owning: raw))
        } catch {
            if error.errno == .resourceTemporarilyUnavailable || error.errno == .connectionAbort { return nil }
            throw error
        }
    }

    /// Ends one or both directions without closing the descriptor.
    ///
    /// Kernel call: `shutdown(2)`.
    package func shutdown(reading: Bool, writing: Bool) throws(KernelError) {
        guard reading || writing else { return }
        let how = reading && writing ? SHUT_RDWR : reading ? SHUT_RD : SHUT_WR
        let number = descriptor.number
        try kernelCommand("shutdown", "descriptor \(number)") { CLinux.shutdown(number, Int32(how)) }
    }

    private static func open(_ kind: Kind, _ nonBlocking: Bool) throws(KernelError) -> OwnedDescriptor {
        let type = kind.rawValue | creationFlags(nonBlocking)
        return OwnedDescriptor(owning: try kernelCall("socket", "unix socket") { socket(AF_UNIX, type, 0) })
    }

    private static func creationFlags(_ nonBlocking: Bool) -> Int32 {
        Int32(CLINUX_SOCK_CLOEXEC) | (nonBlocking ? Int32(CLINUX_SOCK_NONBLOCK) : 0)
    }
}

/// Two connected sockets; take the ends out as `pair.first` and `pair.second`.
@frozen package struct UnixSocketPair: ~Copyable, Sendable {
    package let first: UnixSocket
    package let second: UnixSocket

    /// Closes the second end, which somebody else holds by now, and hands out the first.
    package consuming func closingSecond() -> UnixSocket { first }
}
