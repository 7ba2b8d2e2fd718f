// SPDX-License-Identifier: Apache-2.0

/// `lxc.net.N.*`, whatever the kind of device; in LXC 1.0 and 2.0 `lxc.network.*`
enum NetKeys {
    package static let types = ["none", "empty", "veth", "macvlan", "ipvlan", "vlan", "phys"]

    static let all: [ConfigKey] = [devices, type] + plain + addresses + kinds

    private static var devices: ConfigKey {
        ConfigKey(
            "lxc.net", historic: ["lxc.network"], .branch, .none, "An empty value removes every network device, lxc.net.N = only one.",
            ConfigKey.Access(
                set: { (_, _) throws(ValueProblem) in
                    throw ValueProblem("takes no value", hint: "name what to set, for example lxc.net.0.type = veth")
                },
                // A device without a type is what C LXC calls empty.
                get: { config, place in place.index == nil ? ConfigKey.lines(config.networks.map { $0.type?.value ?? "empty" }) : nil },
                clear: { config, place in config.networks.removeAll { place.index == nil || $0.index == place.index } }))
    }

    private static var type: ConfigKey {
        ConfigKey(
            "lxc.net.N.type", historic: ["lxc.network.type"], .scalar, .name,
            "Kind of the device: none, empty, veth, macvlan, ipvlan, vlan or phys.",
            ConfigKey.Access(
                set: { (config, input) throws(ValueProblem) in
                    guard types.contains(input.value) else {
                        throw ValueProblem(
                            "\(quoted(input.value)) is not a kind of network device", hint: "kinds: \(types.joined(separator: " "))")
                    }
                    let type = Sourced(input.value, input.origin)
                    try config.editNetwork(input.place) { $0.type = type }
                },
                get: { config, place in config.network(place).map { $0.type?.value ?? "empty" } },
                clear: { config, place in config.networks.removeAll { $0.index == place.index } }))
    }

    private static var plain: [ConfigKey] {
        [
            .device(
                "lxc.net.N.link", historic: ["lxc.network.link"], .name, "Device or bridge of the host that this one hangs on.",
                set: { (device, input) throws(ValueProblem) in device.link = try InterfaceNameText.parse(input.value, isLink: true) },
                get: { $0.link ?? "" }, clear: { $0.link = nil }),
            .device(
                "lxc.net.N.flags", historic: ["lxc.network.flags"], .words, "up brings the device up.",
                set: { (device, input) throws(ValueProblem) in
                    guard input.value == "up" else { throw ValueProblem("\(quoted(input.value)) is not up", hint: "up is the only flag") }
                    device.isUp = true
                },
                get: { $0.isUp ? "up" : "" }, clear: { $0.isUp = false }),
            .device(
                "lxc.net.N.name", historic: ["lxc.network.name"], .name, "Name of the device inside, at most 15 bytes.",
                set: { (device, input) throws(ValueProblem) in device.name = try InterfaceNameText.parse(input.value) },
                get: { $0.name ?? "" }, clear: { $0.name = nil }),
            .device(
                "lxc.net.N.hwaddr", historic: ["lxc.network.hwaddr"], .address, "Hardware address; every x stands for a random digit.",
                set: { (device, input) throws(ValueProblem) in
                    let address = try HardwareAddress(parsing: input.value)
                    input.value = address.text
                    device.hardwareAddress = address
                },
                get: { $0.hardwareAddress?.text ?? "" }, clear: { $0.hardwareAddress = nil }),
            .device(
                "lxc.net.N.mtu", historic: ["lxc.network.mtu"], .number, "Largest packet in bytes.",
                set: { (device, input) throws(ValueProblem) in device.mtu = try DecimalNumber.parse(input.value, in: 68...65535) },
                get: { $0.mtu.map(String.init) ?? "" }, clear: { $0.mtu = nil }),
            .device(
                "lxc.net.N.script.up", historic: ["lxc.network.script.up"], form: .list, .command, "Command run once the device is made.",
                set: { (device, input) throws(ValueProblem) in device.scriptsUp.append(Sourced(input.value, input.origin)) },
                get: { $0.scriptsUp.map { $0.value }.joined(separator: "\n") }, clear: { $0.scriptsUp = [] }),
            .device(
                "lxc.net.N.script.down", historic: ["lxc.network.script.down"], form: .list, .command,
                "Command run before the device is removed.",
                set: { (device, input) throws(ValueProblem) in device.scriptsDown.append(Sourced(input.value, input.origin)) },
                get: { $0.scriptsDown.map { $0.value }.joined(separator: "\n") }, clear: { $0.scriptsDown = [] }),
        ]
    }

    private static var addresses: [ConfigKey] {
        [
            .device(
                "lxc.net.N.ipv4.address", historic: ["lxc.network.ipv4", "lxc.network.ipv4.address", "lxc.net.N.ipv4"], form: .list,
                .address,
                "An IPv4 address: ADDRESS[/PREFIX] [BROADCAST].",
                set: { (device, input) throws(ValueProblem) in
                    device.ipv4.append(try InterfaceAddress(ipv4: input.value, origin: input.origin))
                },
                get: { $0.ipv4.map { $0.text }.joined(separator: "\n") }, clear: { $0.ipv4 = [] }),
            .device(
                "lxc.net.N.ipv4.gateway", historic: ["lxc.network.ipv4.gateway"], .address, "IPv4 gateway: an address, auto or dev.",
                set: { (device, input) throws(ValueProblem) in
                    device.ipv4Gateway = try gateway(input.value) { IPAddress(ipv4: $0) }
                },
                get: { text($0.ipv4Gateway) }, clear: { $0.ipv4Gateway = nil }),
            .device(
                "lxc.net.N.ipv6.address", historic: ["lxc.network.ipv6", "lxc.network.ipv6.address", "lxc.net.N.ipv6"], form: .list,
                .address,
                "An IPv6 address: ADDRESS[/PREFIX].",
                set: { (device, input) throws(ValueProblem) in
                    device.ipv6.append(try InterfaceAddress(ipv6: input.value, origin: input.origin))
                },
                get: { $0.ipv6.map { $0.text }.joined(separator: "\n") }, clear: { $0.ipv6 = [] }),
            .device(
                "lxc.net.N.ipv6.gateway", historic: ["lxc.network.ipv6.gateway"], .address, "IPv6 gateway: an address, auto or dev.",
                set: { (device, input) throws(ValueProblem) in
                    device.ipv6Gateway = try gateway(input.value) { IPAddress(ipv6: $0) }
                },
                get: { text($0.ipv6Gateway) }, clear: { $0.ipv6Gateway = nil }),
        ]
    }

    private static var kinds: [ConfigKey] {
        [
            .device(
                "lxc.net.N.macvlan.mode", historic: ["lxc.network.macvlan.mode"], .name, "private, vepa, bridge or passthru.",
                set: { (device, input) throws(ValueProblem) in device.macvlanMode = try choice(input.value) },
                get: { ($0.macvlanMode ?? .private).rawValue }, clear: { $0.macvlanMode = nil }),
            .device(
                "lxc.net.N.ipvlan.mode", .name, "l3, l3s or l2.",
                set: { (device, input) throws(ValueProblem) in device.ipvlanMode = try choice(input.value) },
                get: { ($0.ipvlanMode ?? .l3).rawValue }, clear: { $0.ipvlanMode = nil }),
            .device(
                "lxc.net.N.ipvlan.isolation", .name, "bridge, private or vepa.",
                set: { (device, input) throws(ValueProblem) in device.ipvlanIsolation = try choice(input.value) },
                get: { ($0.ipvlanIsolation ?? .bridge).rawValue }, clear: { $0.ipvlanIsolation = nil }),
            .device(
                "lxc.net.N.l2proxy", .flag, "Answer ARP and neighbour requests for the container's addresses on the link.",
                set: { (device, input) throws(ValueProblem) in device.l2proxy = try DecimalNumber.parseFlag(input.value) },
                get: { $0.l2proxy ? "1" : "0" }, clear: { $0.l2proxy = false }),
            .device(
                "lxc.net.N.vlan.id", historic: ["lxc.network.vlan.id"], .number, "VLAN number, 1 to 4094.",
                set: { (device, input) throws(ValueProblem) in device.vlanID = try DecimalNumber.parse(input.value, in: 1...4094) },
                get: { $0.vlanID.map(String.init) ?? "" }, clear: { $0.vlanID = nil }),
        ]
    }

    /// One of the words of an enumeration.
    static func choice<Choice: RawRepresentable & CaseIterable>(_ word: String) throws(ValueProblem) -> Choice
    where Choice.RawValue == String {
        if let choice = Choice(rawValue: word) { return choice }
        let words = Choice.allCases.map { $0.rawValue }.joined(separator: " ")
        throw ValueProblem("\(quoted(word)) is not known", hint: "write one of: \(words)")
    }

    private static func gateway(_ word: String, _ parse: (String) -> IPAddress?) throws(ValueProblem) -> NetworkSettings.Gateway {
        switch word {
        case "auto": return .auto
        case "dev": return .device
        default:
            guard let address = parse(word) else {
                throw ValueProblem("\(quoted(word)) is not a gateway", hint: "write an address without /PREFIX, auto or dev")
            }
            return .address(address)
        }
    }

    private static func text(_ gateway: NetworkSettings.Gateway?) -> String {
        switch gateway {
        case nil: ""
        case .auto: "auto"
        case .device: "dev"
        case .address(let address): address.description
        }
    }
}
