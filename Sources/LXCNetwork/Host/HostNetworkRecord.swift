// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// What a start set out to make, written down before it began: what a later stop takes away, whatever became of the start or of the
/// settings meanwhile.
struct HostNetworkRecord: Equatable {
    var bridge: String
    /// Whether the bridge is ours to remove.
    var isBridgeOurs: Bool
    /// Addresses with the lengths of their prefixes.
    var addresses: [InterfaceAddress]
    var translation: AddressTranslation
    /// nft or iptables; nil when it is not known which.
    var filter: String?

    init(_ settings: BridgeSettings, isBridgeOurs: Bool, filter: String?) {
        bridge = settings.bridge
        self.isBridgeOurs = isBridgeOurs
        addresses = ([settings.ipv4] + (settings.ipv6.map { [$0] } ?? [])).map {
            InterfaceAddress(address: $0.address, prefixLength: $0.prefixLength)
        }
        translation = AddressTranslation(settings)
        self.filter = filter
    }

    // MARK: The file

    private static let version = "swift-lxc 1"

    /// As lines of `NAME=value`.
    var text: String {
        var lines = ["version=" + Self.version, "bridge=" + bridge, "ours=" + (isBridgeOurs ? "true" : "false")]
        lines += addresses.map { "address=" + $0.text }
        lines.append("network=\(translation.ipv4)")
        if let ipv6 = translation.ipv6 { lines.append("network6=\(ipv6)") }
        if let filter { lines.append("filter=" + filter) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Reads ``text``; nil for anything else.
    init?(parsing text: String) {
        var values: [String: String] = [:]
        addresses = []
        for line in text.split(separator: "\n") {
            guard let equals = line.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let value = String(line[line.utf8.index(after: equals)...])
            if line[..<equals] == "address" {
                guard let address = Self.address(value) else { return nil }
                addresses.append(address)
            } else {
                values[String(line[..<equals])] = value
            }
        }
        guard values["version"] == Self.version, let bridge = values["bridge"], !bridge.isEmpty,
            let network = values["network"].flatMap({ IPNetwork($0) })
        else { return nil }
        self.bridge = bridge
        isBridgeOurs = values["ours"] == "true"
        translation = AddressTranslation(bridge: bridge, ipv4: network, ipv6: values["network6"].flatMap { IPNetwork($0) })
        filter = values["filter"]
    }

    private static func address(_ text: String) -> InterfaceAddress? {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let length = Int(parts[1]),
            let address = IPAddress(ipv4: String(parts[0])) ?? IPAddress(ipv6: String(parts[0])),
            (0...address.bytes.count * 8).contains(length)
        else { return nil }
        return InterfaceAddress(address: address, prefixLength: length)
    }
}
