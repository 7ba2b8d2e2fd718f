// SPDX-License-Identifier: Apache-2.0

/// An address with the length of its network prefix; also used for routes.
package struct InterfaceAddress: Sendable, Equatable {
    package var address: IPAddress
    /// 0 to 32 or 0 to 128.
    package var prefixLength: Int
    /// IPv4 only, when it was written out.
    package var broadcast: IPAddress?
    package var origin: ConfigOrigin

    package init(address: IPAddress, prefixLength: Int, broadcast: IPAddress? = nil, origin: ConfigOrigin = ConfigOrigin()) {
        self.address = address
        self.prefixLength = prefixLength
        self.broadcast = broadcast
        self.origin = origin
    }

    /// Reads `ADDRESS[/PREFIX] [BROADCAST]`; without a prefix the address's historic class decides.
    package init(ipv4 text: String, origin: ConfigOrigin) throws(ValueProblem) {
        let words = ConfigText.words(text)
        guard let first = words.first, words.count <= 2 else { throw Self.malformed(text, "10.0.3.2/24") }
        let (host, prefix) = try Self.split(first, most: 32)
        guard let address = IPAddress(ipv4: host) else { throw Self.malformed(text, "10.0.3.2/24") }
        var broadcast: IPAddress?
        if words.count == 2 {
            broadcast = IPAddress(ipv4: words[1])
            if broadcast == nil { throw ValueProblem("\(quoted(words[1])) is not a broadcast address", at: first.utf8.count + 1) }
        }
        self.init(address: address, prefixLength: prefix ?? Self.classPrefix(address), broadcast: broadcast, origin: origin)
    }

    /// Reads `ADDRESS[/PREFIX]`; without a prefix 64.
    package init(ipv6 text: String, origin: ConfigOrigin) throws(ValueProblem) {
        let (host, prefix) = try Self.split(text, most: 128)
        guard let address = IPAddress(ipv6: host) else { throw Self.malformed(text, "fd00::2/64") }
        self.init(address: address, prefixLength: prefix ?? 64, origin: origin)
    }

    /// `ADDRESS/PREFIX`
    package var text: String { "\(address)/\(prefixLength)" }

    private static func split(_ text: String, most: Int) throws(ValueProblem) -> (host: String, prefix: Int?) {
        guard let slash = text.firstIndex(of: "/") else { return (text, nil) }
        return (String(text[..<slash]), try DecimalNumber.parse(String(text[text.index(after: slash)...]), in: 0...most))
    }

    private static func classPrefix(_ address: IPAddress) -> Int {
        switch address.bytes[0] {
        case 0..<128: 8
        case 128..<192: 16
        case 192..<224: 24
        default: 32
        }
    }

    private static func malformed(_ text: String, _ example: String) -> ValueProblem {
        ValueProblem("\(quoted(text)) is not an address", hint: "write an address such as \(example)")
    }
}
