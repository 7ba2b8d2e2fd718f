// SPDX-License-Identifier: Apache-2.0

/// The six bytes of an Ethernet address.
package struct HardwareAddress: Sendable, Equatable {
    /// Exactly six bytes.
    package let bytes: [UInt8]
    /// As written; random digits are settled.
    package let text: String

    /// Reads `00:16:3e:xx:xx:xx`; every `x` becomes a random hexadecimal digit.
    ///
    /// - Throws: ``ValueProblem`` when it is not six pairs of digits, or a multicast address, which no device can have.
    package init(parsing text: String) throws(ValueProblem) {
        var generator = SystemRandomNumberGenerator()
        try self.init(parsing: text, random: &generator)
    }

    /// As ``init(parsing:)``, with the source of the random digits.
    package init(parsing text: String, random: inout some RandomNumberGenerator) throws(ValueProblem) {
        let source = Array(text.utf8)
        guard source.count == 17 else { throw Self.malformed(text) }
        var settled = source
        for (index, byte) in source.enumerated() {
            if index % 3 == 2 {
                guard byte == 0x3A else { throw Self.malformed(text) }
            } else if byte | 0x20 == 0x78 {
                // The second digit holds the multicast bit: a random one keeps it clear.
                let digit = UInt8.random(in: 0...15, using: &random) & (index == 1 ? 0x0E : 0x0F)
                settled[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
        }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: 17, by: 3) {
            guard let high = hexadecimalDigit(settled[start]), let low = hexadecimalDigit(settled[start + 1]) else {
                throw Self.malformed(text)
            }
            bytes.append(high << 4 | low)
        }
        if bytes[0] & 1 == 1 {
            throw ValueProblem("\(quoted(text)) is a multicast address", hint: "the second digit must be even")
        }
        self.bytes = bytes
        self.text = String(decoding: settled, as: UTF8.self)
    }

    private static func malformed(_ text: String) -> ValueProblem {
        ValueProblem("\(quoted(text)) is not a hardware address", hint: "write six pairs such as 00:16:3e:xx:xx:xx; x is a random digit")
    }
}

/// The value of a hexadecimal digit, nil for another byte.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
}
