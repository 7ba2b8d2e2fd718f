// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address in network byte order.
package struct IPAddress: Sendable, Equatable {
    /// Four bytes for IPv4, sixteen for IPv6.
    package let bytes: [UInt8]

    package var isIPv4: Bool { bytes.count == 4 }

    /// An address of four or sixteen bytes; nil for any other number.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads `10.0.3.1`; nil when it is something else. Parts with leading zeros are refused, they are octal elsewhere.
    package init?(ipv4 text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), part.utf8.count == 1 || part.utf8.first != 0x30,
                let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    /// Reads an IPv6 address as RFC 4291 section 2.2 writes it; nil when it is something else. Zones are refused.
    package init?(ipv6 text: String) {
        var halves: [[UInt8]] = []
        guard let gap = Self.firstDoubleColon(text) else {
            guard let whole = Self.groups(Substring(text), isEnd: true), whole.count == 16 else { return nil }
            bytes = whole
            return
        }
        for (half, isEnd) in [(text[..<gap], false), (text[text.index(gap, offsetBy: 2)...], true)] {
            guard let part = half.isEmpty ? [] : Self.groups(half, isEnd: isEnd) else { return nil }
            halves.append(part)
        }
        let written = halves[0].count + halves[1].count
        guard written <= 14 else { return nil }
        bytes = halves[0] + [UInt8](repeating: 0, count: 16 - written) + halves[1]
    }

    private static func firstDoubleColon(_ text: String) -> String.Index? {
        var previous: String.Index?
        for index in text.indices {
            if text[index] == ":", let previous, text[previous] == ":" { return previous }
            previous = index
        }
        return nil
    }

    /// The bytes of groups between colons; only the end of an address may be an IPv4 one.
    private static func groups(_ text: Substring, isEnd: Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isEnd, index == parts.count - 1, part.contains("."), let tail = IPAddress(ipv4: String(part)) { return bytes + tail.bytes }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ hexadecimalDigit($0) != nil }),
                let group = UInt16(part, radix: 16), bytes.count < 16
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return bytes
    }
}

extension IPAddress: CustomStringConvertible {
    /// The usual text form; for IPv6 that of RFC 5952.
    package var description: String {
        if isIPv4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        let zeros = Self.longestZeros(groups)
        let words = groups.map { String($0, radix: 16) }
        guard zeros.count > 1 else { return words.joined(separator: ":") }
        return words[..<zeros.lowerBound].joined(separator: ":") + "::" + words[zeros.upperBound...].joined(separator: ":")
    }

    private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0...groups.count {
            if index < groups.count && groups[index] == 0 { continue }
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best
    }
}
