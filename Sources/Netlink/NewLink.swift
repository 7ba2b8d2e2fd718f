// SPDX-License-Identifier: Apache-2.0
import CLinux
import LinuxKernel

/// A network device that is to be made.
package struct NewLink: Sendable, Equatable {
    /// The kind of device with what only it has.
    package enum Kind: Sendable, Equatable {
        case veth(peer: Peer)
        case bridge
        /// `mode`: `MACVLAN_MODE_*`.
        case macvlan(mode: UInt32)
        /// `mode`: `IPVLAN_MODE_*`; `flags`: `IPVLAN_F_*`.
        case ipvlan(mode: UInt16, flags: UInt16)
        /// IEEE 802.1Q, `id` 1 to 4094.
        case vlan(id: UInt16)

        /// The kernel's name, as in `IFLA_INFO_KIND`.
        package var name: String {
            switch self {
            case .veth: "veth"
            case .bridge: "bridge"
            case .macvlan: "macvlan"
            case .ipvlan: "ipvlan"
            case .vlan: "vlan"
            }
        }
    }

    /// The other end of a veth. It is down at first, whatever its traits say: the kernel refuses one that is up (`ENOTCONN`).
    package struct Peer: Sendable, Equatable {
        package var traits = LinkTraits()
        /// A handle on the network namespace in which it is made; nil for the socket's.
        package var namespace: Int32?

        package init() {}
    }

    package var kind: Kind
    package var traits: LinkTraits
    /// Number of the device below, for a device that hangs on another.
    package var parent: UInt32?
    /// Number of the bridge that it becomes a port of.
    package var master: UInt32?
    /// A handle on the network namespace in which it is made; nil for the socket's.
    package var namespace: Int32?

    package init(_ kind: Kind, name: String? = nil) {
        self.kind = kind
        traits = LinkTraits()
        traits.name = name
    }

    /// The request that makes it.
    package var request: NetlinkRequest {
        var request = NetlinkRequest(
            "RTM_NEWLINK", "\(kind.name) \(traits.name ?? "device")", type: UInt16(RTM_NEWLINK),
            flags: UInt16(NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL))
        request.putLinkHeader(index: 0, isUp: traits.isUp)
        request.put(traits)
        if let parent { request.attribute(UInt16(IFLA_LINK), parent) }
        if let master { request.attribute(UInt16(IFLA_MASTER), master) }
        if let namespace { request.attribute(UInt16(IFLA_NET_NS_FD), UInt32(bitPattern: namespace)) }
        request.nest(UInt16(IFLA_LINKINFO)) { info in
            info.attribute(UInt16(IFLA_INFO_KIND), kind.name)
            info.nest(UInt16(IFLA_INFO_DATA)) { putData(&$0) }
        }
        return request
    }

    private func putData(_ data: inout NetlinkRequest) {
        switch kind {
        case .bridge: break
        case .veth(let peer):
            data.nest(UInt16(VETH_INFO_PEER)) { nested in
                nested.putLinkHeader(index: 0, isUp: false)
                nested.put(peer.traits)
                if let namespace = peer.namespace { nested.attribute(UInt16(IFLA_NET_NS_FD), UInt32(bitPattern: namespace)) }
            }
        case .macvlan(let mode): data.attribute(UInt16(IFLA_MACVLAN_MODE), mode)
        case .ipvlan(let mode, let flags):
            data.attribute(UInt16(IFLA_IPVLAN_MODE), mode)
            data.attribute(UInt16(IFLA_IPVLAN_FLAGS), flags)
        case .vlan(let id): data.attribute(UInt16(IFLA_VLAN_ID), id)
        }
    }
}

/// What every new device can be given.
package struct LinkTraits: Sendable, Equatable {
    /// At most 15 bytes; nil lets the kernel choose after the kind.
    package var name: String?
    /// Six bytes.
    package var hardwareAddress: [UInt8]?
    /// Bytes.
    package var mtu: UInt32?
    package var isUp = false
    package var receiveQueues: UInt32?
    package var transmitQueues: UInt32?

    package init() {}
}

extension NetlinkRequest {
    /// The fixed part of a link message. `isUp`: nil leaves the device up or down as it is.
    mutating func putLinkHeader(index: UInt32, isUp: Bool?) {
        put(UInt8(AF_UNSPEC))
        put(UInt8(0))
        put(UInt16(0))
        put(index)
        let up = UInt32(IFF_UP)
        put(isUp == true ? up : 0)
        put(isUp == nil ? 0 : up)
    }

    mutating func put(_ traits: LinkTraits) {
        if let name = traits.name { attribute(UInt16(IFLA_IFNAME), name) }
        if let address = traits.hardwareAddress { attribute(UInt16(IFLA_ADDRESS), address) }
        if let mtu = traits.mtu { attribute(UInt16(IFLA_MTU), mtu) }
        if let count = traits.receiveQueues { attribute(UInt16(IFLA_NUM_RX_QUEUES), count) }
        if let count = traits.transmitQueues { attribute(UInt16(IFLA_NUM_TX_QUEUES), count) }
    }
}
