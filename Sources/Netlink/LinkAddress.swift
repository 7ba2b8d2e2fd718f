// SPDX-License-Identifier: Apache-2.0
import CLinux
package import LinuxKernel

/// An IP address of a network device.
package struct LinkAddress: Sendable, Equatable {
    /// Number of the device.
    package var index: UInt32
    /// Four or sixteen bytes in network byte order.
    package var bytes: [UInt8]
    /// 0 to 32 or 0 to 128.
    package var prefixLength: UInt8
    /// IPv4 only.
    package var broadcast: [UInt8]?
    /// Whether it means something beyond its link.
    package var isGlobal = true
    /// Name of an IPv4 address, usually its device's; `eth0:1` for what was an alias.
    package var label: String?

    package init(index: UInt32, bytes: [UInt8], prefixLength: UInt8, broadcast: [UInt8]? = nil) {
        self.index = index
        self.bytes = bytes
        self.prefixLength = prefixLength
        self.broadcast = broadcast
    }

    /// Reads one from the kernel's message; nil when it is about something else, or cut short.
    package init?(_ message: NetlinkMessage) {
        let payload = message.payload
        guard message.type == UInt16(RTM_NEWADDR), payload.count >= 8, let index = payload.integer(UInt32.self, at: 4) else { return nil }
        let attributes = NetlinkAttributes(payload, from: 8)
        // IFA_ADDRESS is the other end on a point-to-point link; IFA_LOCAL is missing for IPv6.
        guard let bytes = attributes.value(UInt16(IFA_LOCAL)) ?? attributes.value(UInt16(IFA_ADDRESS)),
            bytes.count == 4 || bytes.count == 16
        else { return nil }
        self.init(index: index, bytes: bytes, prefixLength: payload[1], broadcast: attributes.value(UInt16(IFA_BROADCAST)))
        isGlobal = payload[3] == UInt8(RT_SCOPE_UNIVERSE.rawValue)
        label = attributes.text(UInt16(IFA_LABEL))
    }

    package var isIPv4: Bool { bytes.count == 4 }

    /// Whether it means something only together with its link: IPv6, fe80::/10.
    package var isLinkLocal: Bool { bytes.count == 16 && bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 }

    /// As people write it, and as C LXC does: `10.0.3.5`, `fd00::5`.
    ///
    /// Not `inet_ntop(3)`, because C libraries disagree about IPv6: musl's shortens a single zero group too.
    package var text: String { isIPv4 ? Self.dotted(bytes[...]) : longText }

    private static func dotted(_ bytes: ArraySlice<UInt8>) -> String { bytes.map { String($0) }.joined(separator: ".") }

    /// RFC 5952: the first of the longest runs of zero groups is left out; the end of a mapped IPv4 address is written as such.
    private var longText: String {
        let groups = stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        var left = 0..<0
        for start in groups.indices {
            let run = start..<(groups[start...].firstIndex { $0 != 0 } ?? groups.count)
            if run.count > max(left.count, 1) { left = run }
        }
        let hasDots = left == 0..<6 || left == 0..<5 && groups[5] == 0xFFFF
        let texts = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) } }
        if left.isEmpty { return texts(groups[...]).joined(separator: ":") }
        let end = hasDots ? texts(groups[left.upperBound..<6]) + [Self.dotted(bytes[12...])] : texts(groups[left.upperBound...])
        return texts(groups[..<left.lowerBound]).joined(separator: ":") + "::" + end.joined(separator: ":")
    }

    /// The request that adds it; IPv6 without duplicate detection, so that it can be used at once.
    package var request: NetlinkRequest { message("RTM_NEWADDR", type: RTM_NEWADDR, flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL) }

    /// The request that takes it away.
    package var removal: NetlinkRequest { message("RTM_DELADDR", type: RTM_DELADDR, flags: NLM_F_ACK) }

    private func message(_ name: StaticString, type: some BinaryInteger, flags: some BinaryInteger) -> NetlinkRequest {
        var request = NetlinkRequest(name, "device \(index)", type: UInt16(type), flags: UInt16(flags))
        request.put(isIPv4 ? UInt8(AF_INET) : UInt8(AF_INET6))
        request.put(prefixLength)
        request.put(isIPv4 ? UInt8(0) : UInt8(IFA_F_NODAD))
        request.put(UInt8(RT_SCOPE_UNIVERSE.rawValue))
        request.put(index)
        request.attribute(UInt16(IFA_LOCAL), bytes)
        request.attribute(UInt16(IFA_ADDRESS), bytes)
        if let broadcast { request.attribute(UInt16(IFA_BROADCAST), broadcast) }
        return request
    }
}

extension NetlinkSocket {
    /// The addresses of both families, of every device or of one.
    ///
    /// `index`: the device's number, 0 for all.
    package mutating func addresses(of index: UInt32 = 0) throws(KernelError) -> [LinkAddress] {
        var request = NetlinkRequest("RTM_GETADDR", "addresses", type: UInt16(RTM_GETADDR), flags: UInt16(NLM_F_DUMP))
        request.put(UInt8(AF_UNSPEC))
        request.put(UInt8(0))
        request.put(UInt8(0))
        request.put(UInt8(0))
        request.put(index)
        return try dump(request).compactMap { LinkAddress($0) }
    }
}
