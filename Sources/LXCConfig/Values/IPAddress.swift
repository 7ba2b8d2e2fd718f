// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address in network byte order.
package struct IPAddress: Sendable, Equatable {
    /// Four bytes for IPv4, sixteen for IPv6.
    package let bytes: [UInt8]

    package var isIPv4: Bool { bytes.count == 4 }

    init(bytes: [UInt8]) { self.bytes = bytes }
}
