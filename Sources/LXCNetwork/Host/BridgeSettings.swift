// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// What the administrator wants of the host's bridge for containers.
package struct BridgeSettings: Sendable, Equatable {
    /// One address of the bridge, with the network that its containers get theirs from.
    package struct Subnet: Sendable, Equatable {
        package var address: IPAddress
        /// 0 to 32 or 0 to 128.
        package var prefixLength: Int
        /// What is translated; the address lies in it.
        package var network: IPNetwork
        /// Where the address was asked for.
        package var origin: ConfigOrigin?
    }

    /// `USE_LXC_BRIDGE`: without it nothing is done.
    package var isWanted = true
    /// `LXC_BRIDGE`
    package var bridge = "lxcbr0"
    /// Where the bridge's name was asked for.
    package var bridgeOrigin: ConfigOrigin?
    /// `LXC_BRIDGE_MAC`, six bytes.
    package var hardwareAddress: [UInt8] = [0x00, 0x16, 0x3E, 0, 0, 0]
    /// `LXC_ADDR`, `LXC_NETMASK`, `LXC_NETWORK`.
    package var ipv4: Subnet
    /// `LXC_IPV6_ADDR`, `LXC_IPV6_MASK`, `LXC_IPV6_NETWORK`; nil for no IPv6.
    package var ipv6: Subnet?
    /// `LXC_IPV6_NAT`
    package var translatesIPv6 = false
    /// `LXC_DHCP_RANGE`, as dnsmasq reads it.
    package var range: String
    /// `LXC_DHCP_MAX`, addresses lent at the same time.
    package var mostLeases = 253
    /// `LXC_DHCP_CONFILE`: dnsmasq's own file; nil for none.
    package var dnsmasqFile: String?
    /// Where it is named.
    package var dnsmasqFileOrigin: ConfigOrigin?
    /// `LXC_DHCP_PING`: whether dnsmasq asks if an address is in use before it lends it.
    package var pings = true
    /// `LXC_DOMAIN`: containers are NAME.DOMAIN; nil for no domain.
    package var domain: String?
    /// `LXC_USE_NFT`: nft when it is there, else iptables.
    package var prefersNFT = true
}

extension BridgeSettings {
    /// The files that hold the variables, beneath the folder of the administrator's files: `default/lxc` and `default/lxc-net`.
    ///
    /// - Parameter folder: `/etc`.
    /// - Returns: What they ask for; the defaults where they say nothing, or are missing.
    /// - Throws: ``HostNetworkFailure`` that names the file and line.
    package static func load(from folder: String) throws(HostNetworkFailure) -> BridgeSettings {
        var file = SysconfigFile(SettingVariable.defaults)
        let own = folder + "/default/lxc-net"
        try file.read(folder + "/default/lxc")
        // Debian's default/lxc reads the other file itself.
        if !file.files.contains(own) { try file.read(own) }
        return try BridgeSettings(file.variables)
    }

    /// The settings that variables stand for.
    ///
    /// - Parameter variables: Those of the files; those that are missing have their defaults.
    /// - Throws: ``HostNetworkFailure`` for a value that cannot be used.
    package init(_ variables: [String: Sourced<String>]) throws(HostNetworkFailure) {
        func variable(_ name: String) -> SettingVariable { SettingVariable(name, variables) }
        let ipv4 = try Self.ipv4(variable("LXC_ADDR"), variable("LXC_NETMASK"), variable("LXC_NETWORK"))
        self.ipv4 = ipv4
        range = try Self.range(variable("LXC_DHCP_RANGE"), ipv4)
        isWanted = try variable("USE_LXC_BRIDGE").flag
        bridge = try variable("LXC_BRIDGE").interfaceName
        bridgeOrigin = variable("LXC_BRIDGE").origin
        hardwareAddress = try variable("LXC_BRIDGE_MAC").hardwareAddress
        ipv6 = try Self.ipv6(variable("LXC_IPV6_ADDR"), variable("LXC_IPV6_MASK"), variable("LXC_IPV6_NETWORK"))
        translatesIPv6 = try variable("LXC_IPV6_NAT").flag
        mostLeases = try variable("LXC_DHCP_MAX").number(in: 1...1_000_000)
        dnsmasqFile = try variable("LXC_DHCP_CONFILE").path
        dnsmasqFileOrigin = variable("LXC_DHCP_CONFILE").origin
        pings = try variable("LXC_DHCP_PING").flag
        domain = try variable("LXC_DOMAIN").domain
        prefersNFT = try variable("LXC_USE_NFT").flag
    }

    private static func ipv4(
        _ address: SettingVariable, _ mask: SettingVariable, _ network: SettingVariable
    ) throws(HostNetworkFailure) -> Subnet {
        guard let parsed = IPAddress(ipv4: address.value) else { throw address.failure("is no IPv4 address", "write one such as 10.0.3.1") }
        // A number is the length of the prefix already.
        let length = Int(mask.value).flatMap { (1...30).contains($0) ? $0 : nil } ?? IPAddress(ipv4: mask.value)?.maskLength
        guard let length, (1...30).contains(length) else {
            throw mask.failure("is no network mask that leaves room for containers", "write one such as 255.255.255.0")
        }
        let result = try subnet(parsed, length, network, address.origin)
        guard let own = IPNetwork(of: parsed, prefixLength: length), parsed != own.base, parsed != own.last else {
            throw address.failure("is an address that means the network itself", "write one between its first and its last")
        }
        return result
    }

    private static func ipv6(
        _ address: SettingVariable, _ mask: SettingVariable, _ network: SettingVariable
    ) throws(HostNetworkFailure) -> Subnet? {
        if address.value.isEmpty { return nil }
        guard let parsed = IPAddress(ipv6: address.value) else {
            throw address.failure("is no IPv6 address", "write one such as fd00:3::1")
        }
        let length = mask.value.isEmpty ? 64 : try mask.number(in: 1...126)
        return try subnet(parsed, length, network, address.origin)
    }

    /// Joins an address and its network; a network that nobody wrote follows from the address.
    private static func subnet(
        _ address: IPAddress, _ length: Int, _ network: SettingVariable, _ origin: ConfigOrigin?
    ) throws(HostNetworkFailure) -> Subnet {
        let example = IPNetwork(of: address, prefixLength: length)
        let isWritten = network.origin != nil && !network.value.isEmpty
        guard let chosen = isWritten ? IPNetwork(network.value) : example else {
            throw network.failure("is no network", "write one such as \(example?.description ?? "10.0.3.0/24")")
        }
        guard chosen.contains(address) else {
            throw network.failure(
                "does not hold the bridge's address \(address)", "write \(example?.description ?? "its network"), or change the address")
        }
        return Subnet(address: address, prefixLength: length, network: chosen, origin: origin)
    }

    /// What dnsmasq lends. A range that nobody wrote is what the network has besides the bridge's own address.
    private static func range(_ range: SettingVariable, _ subnet: Subnet) throws(HostNetworkFailure) -> String {
        guard range.origin != nil, !range.value.isEmpty else { return wholeRange(subnet) }
        guard !range.value.hasPrefix("-"), range.value.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw range.failure("is no range of addresses", "write one such as \(wholeRange(subnet))")
        }
        // dnsmasq would say nothing, and lend nothing.
        for part in range.value.split(separator: ",").prefix(2) {
            guard let address = IPAddress(ipv4: String(part)), !subnet.network.contains(address) else { continue }
            throw range.failure("does not lie in \(subnet.network)", "write \(wholeRange(subnet)), or remove the line")
        }
        return range.value
    }

    private static func wholeRange(_ subnet: Subnet) -> String {
        let first = subnet.network.base.bytes
        let last = subnet.network.last.bytes
        let low = Self.stepped(first, 1)
        let high = Self.stepped(last, -1)
        // The bridge has the first or the last address by habit; in the middle dnsmasq leaves its own address out.
        if subnet.address.bytes == low { return "\(text(Self.stepped(low, 1))),\(text(high))" }
        if subnet.address.bytes == high { return "\(text(low)),\(text(Self.stepped(high, -1)))" }
        return "\(text(low)),\(text(high))"
    }

    private static func text(_ bytes: [UInt8]) -> String { bytes.map(String.init).joined(separator: ".") }

    /// The address so many steps away; the networks here have at least four addresses, so nothing runs over.
    private static func stepped(_ bytes: [UInt8], _ step: Int32) -> [UInt8] {
        let number = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } &+ UInt32(bitPattern: step)
        return stride(from: UInt32(24), through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
