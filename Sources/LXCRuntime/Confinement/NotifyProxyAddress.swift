// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Where the program listens that decides system calls: `lxc.seccomp.notify.proxy`.
struct NotifyProxyAddress: Equatable {
    private enum Place: Equatable {
        case path(String)
        /// An abstract name.
        case name(AbstractAddress)
    }

    /// The value of the key.
    let text: String
    private let place: Place

    /// `text`: `unix:/PATH` or `unix:@NAME`.
    ///
    /// Throws ``OperationFailure`` for anything else; `origin` is where it was asked for.
    init(_ text: String, origin: ConfigOrigin?) throws(OperationFailure) {
        self.text = text
        let prefix = "unix:"
        let rest = text.hasPrefix(prefix) ? text.dropFirst(prefix.utf8.count) : ""
        if rest.hasPrefix("/") {
            place = .path(String(rest))
        } else if rest.hasPrefix("@"), let name = try? AbstractAddress(String(rest.dropFirst())) {  // empty or too long: told below
            place = .name(name)
        } else {
            throw OperationFailure(
                "cannot use \(text) as the program that decides system calls", reason: "it is not a socket's address",
                key: "lxc.seccomp.notify.proxy", origin: origin, hint: "write unix:/PATH, or unix:@NAME for an abstract name")
        }
    }

    /// Connects, waiting for a place among those who want to at most so long.
    func connect(within limit: Duration) throws(KernelError) -> UnixSocket {
        switch place {
        case .path(let path): try UnixSocket(connectingToPath: path, .sequencedPackets, timeLimit: limit)
        case .name(let name): try UnixSocket(connectingTo: name, .sequencedPackets, timeLimit: limit)
        }
    }
}
