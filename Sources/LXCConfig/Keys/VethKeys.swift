// SPDX-License-Identifier: Apache-2.0

/// `lxc.net.N.veth.*`
enum VethKeys {
    static let all: [ConfigKey] = [
        .device(
            "lxc.net.N.veth.pair", historic: ["lxc.network.veth.pair"], .name, "Name of the host's end.",
            set: { (device, input) throws(ValueProblem) in device.vethPair = try InterfaceNameText.parse(input.value) },
            get: { $0.vethPair ?? "" }, clear: { $0.vethPair = nil }),
        .device(
            "lxc.net.N.veth.mode", .name, "bridge puts the host's end into the bridge of link, router sets routes.",
            set: { (device, input) throws(ValueProblem) in device.vethMode = try NetKeys.choice(input.value) },
            get: { ($0.vethMode ?? .bridge).rawValue }, clear: { $0.vethMode = nil }),
        .device(
            "lxc.net.N.veth.n_rxqueues", .number, "Number of receive queues.",
            set: { (device, input) throws(ValueProblem) in device.vethReceiveQueues = try DecimalNumber.parse(input.value, in: 1...4096)
            },
            get: { $0.vethReceiveQueues.map(String.init) ?? "" }, clear: { $0.vethReceiveQueues = nil }),
        .device(
            "lxc.net.N.veth.n_txqueues", .number, "Number of transmit queues.",
            set: { (device, input) throws(ValueProblem) in
                device.vethTransmitQueues = try DecimalNumber.parse(input.value, in: 1...4096)
            },
            get: { $0.vethTransmitQueues.map(String.init) ?? "" }, clear: { $0.vethTransmitQueues = nil }),
        .device(
            "lxc.net.N.veth.ipv4.route", form: .list, .address, "IPv4 network that the host reaches through the device.",
            set: { (device, input) throws(ValueProblem) in
                device.vethIPv4Routes.append(try InterfaceAddress(ipv4: input.value, origin: input.origin))
            },
            get: { $0.vethIPv4Routes.map { $0.text }.joined(separator: "\n") }, clear: { $0.vethIPv4Routes = [] }),
        .device(
            "lxc.net.N.veth.ipv6.route", form: .list, .address, "IPv6 network that the host reaches through the device.",
            set: { (device, input) throws(ValueProblem) in
                device.vethIPv6Routes.append(try InterfaceAddress(ipv6: input.value, origin: input.origin))
            },
            get: { $0.vethIPv6Routes.map { $0.text }.joined(separator: "\n") }, clear: { $0.vethIPv6Routes = [] }),
        .device(
            "lxc.net.N.veth.vlan.id", .number, "VLAN of the bridge port without a tag, or none.",
            set: { (device, input) throws(ValueProblem) in
                device.vethVLAN =
                    input.value == "none" ? NetworkSettings.PortVLAN.none : .id(try DecimalNumber.parse(input.value, in: 1...4094))
            },
            get: { text($0.vethVLAN) }, clear: { $0.vethVLAN = nil }),
        .device(
            "lxc.net.N.veth.vlan.tagged.id", form: .list, .number, "A VLAN that the bridge port carries with its tag.",
            set: { (device, input) throws(ValueProblem) in
                device.vethTaggedVLANs.append(try DecimalNumber.parse(input.value, in: 1...4094))
            },
            get: { $0.vethTaggedVLANs.map(String.init).joined(separator: "\n") }, clear: { $0.vethTaggedVLANs = [] }),
    ]

    private static func text(_ vlan: NetworkSettings.PortVLAN?) -> String {
        switch vlan {
        case nil: ""
        case .some(.none): "none"
        case .some(.id(let number)): String(number)
        }
    }
}
