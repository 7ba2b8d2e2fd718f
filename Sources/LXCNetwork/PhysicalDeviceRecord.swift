// SPDX-License-Identifier: Apache-2.0
package import Netlink

/// What a device of the host was like before it went into a container.
package struct PhysicalDeviceRecord: Sendable, Equatable {
    package var name: String
    package var alternativeNames: [String]
    package var hardwareAddress: [UInt8]
    package var mtu: UInt32
    package var isUp: Bool
    /// Those that mean something beyond the link; the kernel drops them when a device moves.
    package var addresses: [LinkAddress]
    /// The name that it gets in the container.
    package var nameInside: String

    package init(_ link: Link, _ addresses: [LinkAddress], nameInside: String) {
        name = link.name
        alternativeNames = link.alternativeNames
        hardwareAddress = link.hardwareAddress
        mtu = link.mtu
        isUp = link.isUp
        self.addresses = addresses
        self.nameInside = nameInside
    }

    /// Seven words: name, name inside, alternative names, hardware address, MTU, up or down, addresses. Lists are joined by slashes,
    /// which no name holds; `-` stands for an empty one.
    var text: String {
        let list = { (parts: [String]) in parts.isEmpty ? "-" : parts.joined(separator: "/") }
        let addresses = addresses.map { Self.hexadecimal($0.bytes + [$0.prefixLength] + ($0.broadcast ?? [])) }
        return [
            name, nameInside, list(alternativeNames), list([Self.hexadecimal(hardwareAddress)].filter { !$0.isEmpty }), "\(mtu)",
            isUp ? "up" : "down", list(addresses),
        ].joined(separator: " ")
    }

    init?(words: [String]) {
        guard words.count == 7, let mtu = UInt32(words[4]), ["up", "down"].contains(words[5]) else { return nil }
        let list = { (word: String) in word == "-" ? [] : word.split(separator: "/").map(String.init) }
        name = words[0]
        nameInside = words[1]
        alternativeNames = list(words[2])
        guard let address = Self.bytes(list(words[3]).first ?? "") else { return nil }
        hardwareAddress = address
        self.mtu = mtu
        isUp = words[5] == "up"
        addresses = []
        for word in list(words[6]) {
            guard let bytes = Self.bytes(word), let address = Self.address(bytes) else { return nil }
            addresses.append(address)
        }
    }

    /// Address, prefix length, and for IPv4 perhaps the broadcast address.
    private static func address(_ bytes: [UInt8]) -> LinkAddress? {
        switch bytes.count {
        case 5: LinkAddress(index: 0, bytes: Array(bytes[..<4]), prefixLength: bytes[4])
        case 9: LinkAddress(index: 0, bytes: Array(bytes[..<4]), prefixLength: bytes[4], broadcast: Array(bytes[5...]))
        case 17: LinkAddress(index: 0, bytes: Array(bytes[..<16]), prefixLength: bytes[16])
        default: nil
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[start]), let low = value(digits[start + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
