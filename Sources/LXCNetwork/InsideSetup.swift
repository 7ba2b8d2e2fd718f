// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// Gives a device its addresses and routes once it is in the container.
struct InsideSetup {
    let settings: NetworkSettings
    /// Name and number in the container.
    let name: String
    let index: UInt32
    /// Addresses of the device `lxc.net.N.link` on the host, for a gateway that is `auto`.
    let linkAddresses: [LinkAddress]

    /// - Parameter socket: A conversation in the container's network namespace.
    /// - Throws: ``NetworkFailure`` of the address or route that the kernel refused.
    func apply(_ socket: inout NetlinkSocket) throws(NetworkFailure) {
        for address in settings.ipv4 { try add(address, "ipv4.address", &socket) }
        for address in settings.ipv6 { try add(address, "ipv6.address", &socket) }
        if settings.isUp {
            var change = LinkChange(index: index, label: name)
            change.isUp = true
            let request = change.request
            try making("cannot bring \(name) up", settings, "flags") { () throws(KernelError) in try socket.perform(request) }
        }
        if let gateway = settings.ipv4Gateway { try route(gateway, isIPv4: true, &socket) }
        if let gateway = settings.ipv6Gateway { try route(gateway, isIPv4: false, &socket) }
    }

    private func add(_ address: InterfaceAddress, _ subKey: String, _ socket: inout NetlinkSocket) throws(NetworkFailure) {
        let broadcast = address.address.isIPv4 ? address.broadcast?.bytes ?? Self.broadcast(address) : nil
        let request = LinkAddress(
            index: index, bytes: address.address.bytes, prefixLength: UInt8(clamping: address.prefixLength), broadcast: broadcast
        ).request
        try making("cannot give \(name) the address \(address.text)", settings, subKey) { () throws(KernelError) in
            try socket.perform(request)
        }
    }

    /// The last address of the network; nil where a network has none (RFC 3021).
    private static func broadcast(_ address: InterfaceAddress) -> [UInt8]? {
        guard address.prefixLength < 31 else { return nil }
        let hostBits = UInt32.max >> UInt32(address.prefixLength)
        return address.address.bytes.enumerated().map { $1 | UInt8(truncatingIfNeeded: hostBits >> UInt32(24 - 8 * $0)) }
    }

    private func route(_ gateway: NetworkSettings.Gateway, isIPv4: Bool, _ socket: inout NetlinkSocket) throws(NetworkFailure) {
        let subKey = isIPv4 ? "ipv4.gateway" : "ipv6.gateway"
        guard settings.isUp else {
            throw NetworkFailure(
                "cannot set a gateway for \(name)", reason: "the device is not brought up", settings, subKey,
                hint: "add lxc.net.\(settings.index).flags = up")
        }
        let requests: [NetlinkRequest]
        switch gateway {
        case .device: requests = [Route(toDevice: index, isIPv4: isIPv4).request]
        case .address(let address): requests = self.requests(over: address.bytes)
        case .auto:
            guard let address = linkAddresses.first(where: { ($0.bytes.count == 4) == isIPv4 && $0.isGlobal }) else {
                let link = settings.link ?? "lxc.net.\(settings.index).link"
                throw NetworkFailure(
                    "cannot find a gateway for \(name)", reason: "\(link) has no \(isIPv4 ? "IPv4" : "IPv6") address on the host", settings,
                    subKey, hint: "give \(link) an address, or write the gateway's address instead of auto")
            }
            requests = self.requests(over: address.bytes)
        }
        try making(
            "cannot set the gateway of \(name)", settings, subKey,
            hint: "a gateway must be reachable: is it in the network of one of the device's addresses?"
        ) { () throws(KernelError) in try socket.perform(requests) }
    }

    /// A gateway outside every network of the device is reached on the link all the same.
    private func requests(over gateway: [UInt8]) -> [NetlinkRequest] {
        let addresses = gateway.count == 4 ? settings.ipv4 : settings.ipv6
        let isLinkLocal = gateway.count == 16 && gateway[0] == 0xFE && gateway[1] & 0xC0 == 0x80
        let isNear = isLinkLocal || addresses.contains { Self.isSame($0.address.bytes, gateway, bits: $0.prefixLength) }
        let over = Route(over: gateway, index: index).request
        if isNear { return [over] }
        return [Route(to: gateway, prefixLength: UInt8(gateway.count * 8), index: index).request, over]
    }

    /// Whether the first bits of two addresses are the same.
    static func isSame(_ one: [UInt8], _ other: [UInt8], bits: Int) -> Bool {
        guard one.count == other.count else { return false }
        for (index, (left, right)) in zip(one, other).enumerated() {
            let rest = bits - 8 * index
            if rest <= 0 { return true }
            let mask: UInt8 = rest >= 8 ? 0xFF : ~(0xFF >> UInt8(rest))
            if left & mask != right & mask { return false }
        }
        return true
    }
}
