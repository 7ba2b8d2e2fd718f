// SPDX-License-Identifier: Apache-2.0

/// One network device, `lxc.net.N.*`.
package struct NetworkSettings: Sendable, Equatable {
    package enum MacvlanMode: String, Sendable, CaseIterable { case `private`, vepa, bridge, passthru }
    package enum IpvlanMode: String, Sendable, CaseIterable { case l3, l3s, l2 }
    package enum IpvlanIsolation: String, Sendable, CaseIterable { case bridge, `private`, vepa }
    package enum VethMode: String, Sendable, CaseIterable { case bridge, router }
    /// Where packets for other networks go.
    package enum Gateway: Sendable, Equatable {
        case address(IPAddress)
        /// The address of the bridge on the host.
        case auto
        /// A route to the device without a gateway.
        case device
    }
    /// The bridge port's untagged VLAN.
    package enum PortVLAN: Sendable, Equatable {
        case none
        case id(Int)
    }

    /// The number in the key; numbers need not be without gaps.
    package var index: Int
    /// `none`, `empty`, `veth`, `macvlan`, `ipvlan`, `vlan` or `phys`.
    package var type: Sourced<String>?
    package var link: String?
    /// Name inside the container, at most 15 bytes.
    package var name: String?
    package var hardwareAddress: HardwareAddress?
    package var mtu: Int?
    package var isUp = false
    package var scriptsUp: [Sourced<String>] = []
    package var scriptsDown: [Sourced<String>] = []
    package var ipv4: [InterfaceAddress] = []
    package var ipv6: [InterfaceAddress] = []
    package var ipv4Gateway: Gateway?
    package var ipv6Gateway: Gateway?
    package var macvlanMode: MacvlanMode?
    package var ipvlanMode: IpvlanMode?
    package var ipvlanIsolation: IpvlanIsolation?
    package var l2proxy = false
    /// 1 to 4094
    package var vlanID: Int?
    /// Name of the host's end.
    package var vethPair: String?
    package var vethMode: VethMode?
    package var vethReceiveQueues: Int?
    package var vethTransmitQueues: Int?
    package var vethIPv4Routes: [InterfaceAddress] = []
    package var vethIPv6Routes: [InterfaceAddress] = []
    package var vethVLAN: PortVLAN?
    package var vethTaggedVLANs: [Int] = []

    package init(index: Int = 0) { self.index = index }
}
