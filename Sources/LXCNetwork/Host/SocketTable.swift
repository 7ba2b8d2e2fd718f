// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel

/// The sockets that `/proc/net/udp`, `tcp`, `udp6` and `tcp6` list.
///
/// See: `proc_pid_net(5)`.
package struct SocketTable: Sendable, Equatable {
    /// One socket.
    package struct Entry: Sendable, Equatable {
        package let address: IPAddress
        package let port: UInt16
        package let inode: UInt64
        /// Whether it is a TCP socket that does not wait for connections.
        package let isConnection: Bool
    }

    package let entries: [Entry]

    /// Reads the text of one of the files; lines that do not follow the format are left out.
    ///
    /// `isTCP`: whether the state column means what it means for TCP.
    package init(parsing text: String, isTCP: Bool) {
        entries = text.split(separator: "\n").dropFirst().compactMap { Self.entry($0, isTCP) }
    }

    private static func entry(_ line: Substring, _ isTCP: Bool) -> Entry? {
        let fields = line.split(separator: " ")
        guard fields.count >= 10, let inode = UInt64(fields[9]) else { return nil }
        let local = fields[1].split(separator: ":")
        guard local.count == 2, let port = UInt16(local[1], radix: 16), let address = address(local[0]) else { return nil }
        // 0A is TCP_LISTEN.
        return Entry(address: address, port: port, inode: inode, isConnection: isTCP && fields[3] != "0A")
    }

    /// The kernel prints each four bytes as one number in the machine's byte order.
    private static func address(_ text: Substring) -> IPAddress? {
        guard text.utf8.count == 8 || text.utf8.count == 32 else { return nil }
        var bytes: [UInt8] = []
        var rest = text
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            withUnsafeBytes(of: word) { bytes += $0 }
            rest = rest.dropFirst(8)
        }
        return IPAddress(bytes: bytes)
    }

    /// The sockets that serve a port on an address, or on all addresses.
    package func servers(of port: UInt16, on address: IPAddress) -> [Entry] {
        entries.filter { entry in
            entry.port == port && !entry.isConnection && (entry.address == address || entry.address.bytes.allSatisfy { $0 == 0 })
        }
    }
}
