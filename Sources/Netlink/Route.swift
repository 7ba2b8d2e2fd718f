// SPDX-License-Identifier: Apache-2.0
import CLinux
package import LinuxKernel

/// A route of the main table.
package struct Route: Sendable, Equatable {
    /// Network and prefix length; nil for the default route.
    package var destination: (bytes: [UInt8], prefixLength: UInt8)?
    /// Where packets go; nil when the destination is on the link itself.
    package var gateway: [UInt8]?
    /// Number of the device.
    package var index: UInt32
    /// Only for a default route without a gateway.
    private var isIPv4: Bool

    package static func == (one: Self, other: Self) -> Bool {
        one.destination?.bytes == other.destination?.bytes && one.destination?.prefixLength == other.destination?.prefixLength
            && one.gateway == other.gateway && one.index == other.index && one.isIPv4 == other.isIPv4
    }

    /// A route to a network, four or sixteen bytes, on the link.
    package init(to bytes: [UInt8], prefixLength: UInt8, index: UInt32) {
        destination = (bytes, prefixLength)
        self.index = index
        isIPv4 = bytes.count == 4
    }

    /// The default route over a gateway.
    package init(over gateway: [UInt8], index: UInt32) {
        self.gateway = gateway
        self.index = index
        isIPv4 = gateway.count == 4
    }

    /// The default route to a device.
    package init(toDevice index: UInt32, isIPv4: Bool) {
        self.index = index
        self.isIPv4 = isIPv4
    }

    /// Reads one from the kernel's message; nil when it is about something else, or cut short.
    package init?(_ message: NetlinkMessage) {
        let payload = message.payload
        guard message.type == UInt16(RTM_NEWROUTE), payload.count >= 12 else { return nil }
        let attributes = NetlinkAttributes(payload, from: 12)
        let table = attributes.number(UInt16(RTA_TABLE.rawValue)) ?? UInt32(payload[4])
        guard table == UInt32(RT_TABLE_MAIN.rawValue), let index = attributes.number(UInt16(RTA_OIF.rawValue)) else { return nil }
        self.index = index
        isIPv4 = payload[0] == UInt8(AF_INET)
        destination = attributes.value(UInt16(RTA_DST.rawValue)).map { ($0, payload[1]) }
        gateway = attributes.value(UInt16(RTA_GATEWAY.rawValue))
    }

    /// The request that adds it.
    package var request: NetlinkRequest { message("RTM_NEWROUTE", type: RTM_NEWROUTE, flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL) }

    /// The request that takes it away.
    package var removal: NetlinkRequest { message("RTM_DELROUTE", type: RTM_DELROUTE, flags: NLM_F_ACK) }

    private func message(_ name: StaticString, type: some BinaryInteger, flags: some BinaryInteger) -> NetlinkRequest {
        var request = NetlinkRequest(name, "device \(index)", type: UInt16(type), flags: UInt16(flags))
        request.put(isIPv4 ? UInt8(AF_INET) : UInt8(AF_INET6))
        request.put(destination?.prefixLength ?? 0)
        request.put(UInt8(0))
        request.put(UInt8(0))
        request.put(UInt8(RT_TABLE_MAIN.rawValue))
        request.put(UInt8(RTPROT_BOOT))
        request.put(gateway == nil ? UInt8(RT_SCOPE_LINK.rawValue) : UInt8(RT_SCOPE_UNIVERSE.rawValue))
        request.put(UInt8(RTN_UNICAST))
        request.put(UInt32(0))
        if let destination { request.attribute(UInt16(RTA_DST.rawValue), destination.bytes) }
        if let gateway { request.attribute(UInt16(RTA_GATEWAY.rawValue), gateway) }
        request.attribute(UInt16(RTA_OIF.rawValue), index)
        return request
    }
}

/// An address of somebody else that a device answers for: proxy ARP, and its IPv6 counterpart.
package enum NeighborProxy {
    /// The request that adds one. `bytes`: four or sixteen. `index`: the device that answers.
    package static func request(_ bytes: [UInt8], index: UInt32) -> NetlinkRequest {
        message("RTM_NEWNEIGH", bytes, index, type: RTM_NEWNEIGH, flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE)
    }

    /// The request that takes it away.
    package static func removal(_ bytes: [UInt8], index: UInt32) -> NetlinkRequest {
        message("RTM_DELNEIGH", bytes, index, type: RTM_DELNEIGH, flags: NLM_F_ACK)
    }

    private static func message(
        _ name: StaticString, _ bytes: [UInt8], _ index: UInt32, type: some BinaryInteger, flags: some BinaryInteger
    ) -> NetlinkRequest {
        var request = NetlinkRequest(name, "device \(index)", type: UInt16(type), flags: UInt16(flags))
        request.put(bytes.count == 4 ? UInt8(AF_INET) : UInt8(AF_INET6))
        request.put(UInt8(0))
        request.put(UInt16(0))
        request.put(index)
        request.put(UInt16(NUD_PERMANENT))
        request.put(UInt8(NTF_PROXY))
        request.put(UInt8(0))
        request.attribute(UInt16(NDA_DST), bytes)
        return request
    }
}

extension NetlinkSocket {
    /// The routes of the main table, of both families.
    package mutating func routes() throws(KernelError) -> [Route] {
        var routes: [Route] = []
        for family in [AF_INET, AF_INET6] {
            var request = NetlinkRequest("RTM_GETROUTE", "routes", type: UInt16(RTM_GETROUTE), flags: UInt16(NLM_F_DUMP))
            request.put(UInt8(family))
            for _ in 0..<3 { request.put(UInt8(0)) }
            request.put(UInt32(0))
            request.put(UInt32(0))
            routes += try dump(request).compactMap { Route($0) }
        }
        return routes
    }
}
