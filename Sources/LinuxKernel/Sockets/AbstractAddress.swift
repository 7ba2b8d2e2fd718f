// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A name in the abstract name space of unix sockets: no file, bound to the network namespace.
///
/// Source: `unix(7)`. The bytes are what follows the leading NUL; no terminating NUL is part of the name.
package struct AbstractAddress: Sendable, Hashable {
    /// The most bytes a name can have after its leading NUL.
    package static let longest = 107

    package let bytes: [UInt8]

    /// Makes an address.
    ///
    /// - Parameter bytes: 1 to 107 bytes.
    /// - Throws: ``KernelError`` `.fileNameTooLong` or `.invalidArgument` (empty).
    package init(_ bytes: [UInt8]) throws(KernelError) {
        self.bytes = bytes
        if bytes.isEmpty { throw KernelError(call: "bind", errno: .invalidArgument, subject: description) }
        if bytes.count > Self.longest { throw KernelError(call: "bind", errno: .fileNameTooLong, subject: description) }
    }

    /// Makes an address from text.
    package init(_ text: String) throws(KernelError) { try self.init(text.kernelBytes) }

    /// The name as `/proc/net/unix` shows it.
    package var description: String { "@" + String(kernelBytes: bytes) }

    func withSocketAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var raw = sockaddr_un()
        raw.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &raw.sun_path) { path in
            for (index, byte) in bytes.enumerated() where index + 1 < path.count { path[index + 1] = byte }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + bytes.count)
        return withUnsafePointer(to: &raw) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
