// SPDX-License-Identifier: Apache-2.0
import CLinux
package import LinuxKernel

/// A network device as the kernel describes it.
package struct Link: Sendable, Equatable {
    /// Bytes and packets since the device was made.
    package struct Traffic: Sendable, Equatable {
        package var receivedBytes: UInt64 = 0
        package var sentBytes: UInt64 = 0

        package init() {}
    }

    /// How a bridge treats VLANs.
    package struct BridgeVLANs: Sendable, Equatable {
        /// Whether ports see only their own VLANs.
        package var isFiltering = false
        /// The VLAN of untagged packets on a new port; 0 for none.
        package var defaultID: UInt16 = 0

        package init() {}
    }

    package var index: UInt32 = 0
    package var name = ""
    package var alternativeNames: [String] = []
    package var isUp = false
    package var isLoopback = false
    /// Whether the other end is up too.
    package var hasCarrier = false
    package var mtu: UInt32 = 0
    /// Empty for a device without one.
    package var hardwareAddress: [UInt8] = []
    /// Number of its bridge.
    package var master: UInt32?
    /// Number of the device below it, or of its other end, which may be in another namespace.
    package var parent: UInt32?
    /// `veth`, `bridge`, ...; nil for hardware.
    package var kind: String?
    package var traffic = Traffic()
    /// Only for a bridge.
    package var bridgeVLANs: BridgeVLANs?

    /// Reads one from the kernel's message; nil when it is about something else, or cut short.
    package init?(_ message: NetlinkMessage) {
        guard message.type == UInt16(RTM_NEWLINK), let index = message.payload.integer(UInt32.self, at: 4),
            let flags = message.payload.integer(UInt32.self, at: 8)
        else { return nil }
        self.index = index
        isUp = flags & UInt32(IFF_UP) != 0
        isLoopback = flags & UInt32(IFF_LOOPBACK) != 0
        hasCarrier = flags & UInt32(IFF_RUNNING) != 0
        for (type, value) in NetlinkAttributes(message.payload, from: 16).list { read(Int(type), value) }
    }

    private mutating func read(_ type: Int, _ value: [UInt8]) {
        switch type {
        case IFLA_IFNAME: name = NetlinkAttributes.text(value)
        case IFLA_MTU: mtu = value.integer(UInt32.self, at: 0) ?? 0
        case IFLA_ADDRESS: hardwareAddress = value
        case IFLA_MASTER: master = value.integer(UInt32.self, at: 0)
        case IFLA_LINK: parent = value.integer(UInt32.self, at: 0)
        case IFLA_LINKINFO: readInfo(NetlinkAttributes(value))
        case IFLA_PROP_LIST:
            let names = NetlinkAttributes(value).list.filter { $0.type == UInt16(IFLA_ALT_IFNAME) }
            alternativeNames = names.map { NetlinkAttributes.text($0.value) }
        case IFLA_STATS64:
            // struct rtnl_link_stats64: packets received and sent, then bytes received and sent.
            traffic.receivedBytes = value.integer(UInt64.self, at: 16) ?? 0
            traffic.sentBytes = value.integer(UInt64.self, at: 24) ?? 0
        default: break
        }
    }

    private mutating func readInfo(_ info: NetlinkAttributes) {
        kind = info.text(UInt16(IFLA_INFO_KIND))
        guard kind == "bridge" else { return }
        let data = info.nested(UInt16(IFLA_INFO_DATA))
        var vlans = BridgeVLANs()
        vlans.isFiltering = data.value(UInt16(IFLA_BR_VLAN_FILTERING))?.first == 1
        vlans.defaultID = data.value(UInt16(IFLA_BR_VLAN_DEFAULT_PVID))?.integer(UInt16.self, at: 0) ?? 0
        bridgeVLANs = vlans
    }
}

extension NetlinkSocket {
    /// The device of a name or alternative name; nil when there is none.
    package mutating func link(named name: String) throws(KernelError) -> Link? {
        var request = NetlinkRequest("RTM_GETLINK", name, type: UInt16(RTM_GETLINK), flags: 0)
        request.putLinkHeader(index: 0, isUp: nil)
        // The kernel refuses a longer name in the short field, and looks for both kinds by the long one.
        let isShort = name.kernelBytes.count < Int(IFNAMSIZ)
        request.attribute(UInt16(isShort ? IFLA_IFNAME : IFLA_ALT_IFNAME), name)
        if let link = try existing(request) { return link }
        guard isShort else { return nil }
        var second = NetlinkRequest("RTM_GETLINK", name, type: UInt16(RTM_GETLINK), flags: 0)
        second.putLinkHeader(index: 0, isUp: nil)
        second.attribute(UInt16(IFLA_ALT_IFNAME), name)
        return try existing(second)
    }

    /// The device of a number; nil when there is none.
    package mutating func link(_ index: UInt32) throws(KernelError) -> Link? {
        var request = NetlinkRequest("RTM_GETLINK", "device \(index)", type: UInt16(RTM_GETLINK), flags: 0)
        request.putLinkHeader(index: index, isUp: nil)
        return try existing(request)
    }

    /// Every device of the namespace.
    package mutating func links() throws(KernelError) -> [Link] {
        var request = NetlinkRequest("RTM_GETLINK", "devices", type: UInt16(RTM_GETLINK), flags: UInt16(NLM_F_DUMP))
        request.putLinkHeader(index: 0, isUp: nil)
        return try dump(request).compactMap { Link($0) }
    }

    private mutating func existing(_ request: NetlinkRequest) throws(KernelError) -> Link? {
        do { return Link(try ask(request)) } catch {
            if error.errno == .operationNotSupportedByDevice || error.errno == .noSuchAddressOrDevice { return nil }
            throw error
        }
    }
}
