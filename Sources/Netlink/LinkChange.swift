// SPDX-License-Identifier: Apache-2.0
import CLinux
import LinuxKernel

/// A change of a network device that is there.
package struct LinkChange: Sendable, Equatable {
    /// The device's number.
    package var index: UInt32
    /// How an error names it.
    package var label: String
    package var name: String?
    package var isUp: Bool?
    /// Number of the bridge that it becomes a port of; 0 takes it out of its bridge.
    package var master: UInt32?
    package var mtu: UInt32?
    package var hardwareAddress: [UInt8]?
    /// A handle on the network namespace that it moves to.
    package var namespace: Int32?

    package init(_ link: Link) {
        index = link.index
        label = link.name
    }

    package init(index: UInt32, label: String) {
        self.index = index
        self.label = label
    }

    /// The request that makes it. Kernel message: `RTM_NEWLINK` without `NLM_F_CREATE`.
    package var request: NetlinkRequest {
        var request = NetlinkRequest("RTM_NEWLINK", label, type: UInt16(RTM_NEWLINK), flags: UInt16(NLM_F_ACK))
        request.putLinkHeader(index: index, isUp: isUp)
        if let name { request.attribute(UInt16(IFLA_IFNAME), name) }
        if let hardwareAddress { request.attribute(UInt16(IFLA_ADDRESS), hardwareAddress) }
        if let mtu { request.attribute(UInt16(IFLA_MTU), mtu) }
        if let master { request.attribute(UInt16(IFLA_MASTER), master) }
        if let namespace { request.attribute(UInt16(IFLA_NET_NS_FD), UInt32(bitPattern: namespace)) }
        return request
    }

    /// The request that removes a device.
    package static func removal(index: UInt32, label: String) -> NetlinkRequest {
        var request = NetlinkRequest("RTM_DELLINK", label, type: UInt16(RTM_DELLINK), flags: UInt16(NLM_F_ACK))
        request.putLinkHeader(index: index, isUp: nil)
        return request
    }

    /// The request that gives a device further names, Linux 5.5.
    package static func alternativeNames(index: UInt32, label: String, _ names: [String]) -> NetlinkRequest {
        var request = NetlinkRequest(
            "RTM_NEWLINKPROP", label, type: UInt16(RTM_NEWLINKPROP), flags: UInt16(NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND))
        request.putLinkHeader(index: index, isUp: nil)
        request.nest(UInt16(IFLA_PROP_LIST) | UInt16(NLA_F_NESTED)) { list in
            for name in names { list.attribute(UInt16(IFLA_ALT_IFNAME), name) }
        }
        return request
    }

    /// The request that adds VLANs to a bridge port, or takes them away.
    ///
    /// `ids`: 1 to 4094. `isUntagged`: packets of the VLAN leave without a tag, and those that come without one belong to it.
    package static func portVLANs(index: UInt32, label: String, _ ids: [UInt16], isUntagged: Bool, removes: Bool = false) -> NetlinkRequest
    {
        let type = removes ? RTM_DELLINK : RTM_SETLINK
        var request = NetlinkRequest(removes ? "RTM_DELLINK" : "RTM_SETLINK", label, type: UInt16(type), flags: UInt16(NLM_F_ACK))
        request.put(UInt8(AF_BRIDGE))
        request.put(UInt8(0))
        request.put(UInt16(0))
        request.put(index)
        request.put(UInt32(0))
        request.put(UInt32(0))
        request.nest(UInt16(IFLA_AF_SPEC)) { specification in
            for id in ids {
                specification.nest(UInt16(IFLA_BRIDGE_VLAN_INFO)) { info in
                    info.put(isUntagged && !removes ? UInt16(BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED) : 0)
                    info.put(id)
                }
            }
        }
        return request
    }
}
