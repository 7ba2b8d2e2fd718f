// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// A range of addresses that begin with the same bits.
package struct IPNetwork: Sendable, Equatable {
    /// The lowest address.
    package let base: IPAddress
    /// 0 to 32 or 0 to 128.
    package let prefixLength: Int

    /// The network that an address lies in; nil for a length that the address's family does not have.
    package init?(of address: IPAddress, prefixLength: Int) {
        guard (0...address.bytes.count * 8).contains(prefixLength) else { return nil }
        guard let base = IPAddress(bytes: Self.masked(address.bytes, prefixLength)) else { return nil }
        self.base = base
        self.prefixLength = prefixLength
    }

    /// Reads `10.0.3.0/24` or `fd00::/64`; nil for something else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = Int(parts[1]), let address = IPAddress(ipv4: String(parts[0])) ?? IPAddress(ipv6: String(parts[0]))
        else { return nil }
        self.init(of: address, prefixLength: length)
    }

    /// Whether an address is one of its.
    package func contains(_ address: IPAddress) -> Bool {
        address.bytes.count == base.bytes.count && Self.masked(address.bytes, prefixLength) == base.bytes
    }

    /// Whether every address of another network is one of its.
    package func contains(_ other: IPNetwork) -> Bool { other.prefixLength >= prefixLength && contains(other.base) }

    /// Whether some address belongs to both.
    package func overlaps(_ other: IPNetwork) -> Bool { contains(other) || other.contains(self) }

    /// The highest address; for IPv4 the one that reaches all.
    package var last: IPAddress {
        let bytes = base.bytes.enumerated().map { index, byte in byte | ~Self.maskByte(index, prefixLength) }
        return IPAddress(bytes: bytes) ?? base
    }

    private static func masked(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in byte & maskByte(index, length) }
    }

    private static func maskByte(_ index: Int, _ length: Int) -> UInt8 {
        let bits = min(8, max(0, length - index * 8))
        return bits == 0 ? 0 : UInt8(truncatingIfNeeded: 0xFF << (8 - bits))
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String { "\(base)/\(prefixLength)" }
}

extension IPAddress {
    /// The length of the prefix that a mask such as `255.255.255.0` stands for; nil when its ones are not all in front.
    var maskLength: Int? {
        var length = 0
        var hasEnded = false
        for byte in bytes {
            for bit in stride(from: 7, through: 0, by: -1) {
                let isSet = byte >> UInt8(bit) & 1 == 1
                if isSet && hasEnded { return nil }
                if isSet { length += 1 } else { hasEnded = true }
            }
        }
        return length
    }
}
