// SPDX-License-Identifier: Apache-2.0
import LXCConfig
package import Netlink

/// Somebody else who has addresses of a network that the bridge is to have.
package struct SubnetConflict: Sendable, Equatable {
    /// The network that was asked for.
    package let network: IPNetwork
    /// The device that has it, or part of it, already.
    package let device: String
    /// The address or network of that device.
    package let theirs: String

    /// Routes to more addresses than these are ways to the world (`0.0.0.0/1` of a VPN), not networks.
    private static let widestNetwork = 8

    /// Looks for the first conflict; nil when there is none.
    ///
    /// A route over a gateway to a larger network is none: the bridge's network is a part of that which is meant to be here.
    ///
    /// - Parameters:
    ///   - networks: What the bridge is to have.
    ///   - bridge: The bridge's name: what it has itself is no conflict.
    ///   - links: The devices.
    ///   - addresses: Their addresses.
    ///   - routes: The main table.
    /// - Returns: The conflict.
    package static func first(
        of networks: [IPNetwork], bridge: String, links: [Link], addresses: [LinkAddress], routes: [Route]
    ) -> SubnetConflict? {
        // Embedded Swift cannot make a dictionary of a list of pairs.
        var names: [UInt32: String] = [:]
        for link in links { names[link.index] = link.name }
        for network in networks {
            for address in addresses where names[address.index] != bridge {
                guard let ip = IPAddress(bytes: address.bytes), let its = IPNetwork(of: ip, prefixLength: Int(address.prefixLength)),
                    its.overlaps(network)
                else { continue }
                return SubnetConflict(
                    network: network, device: names[address.index] ?? "device \(address.index)", theirs: "\(ip)/\(address.prefixLength)")
            }
            for route in routes where names[route.index] != bridge {
                guard let destination = route.destination, let base = IPAddress(bytes: destination.bytes),
                    let its = IPNetwork(of: base, prefixLength: Int(destination.prefixLength)), isInTheWay(its, route, network)
                else { continue }
                return SubnetConflict(
                    network: network, device: names[route.index] ?? "device \(route.index)", theirs: "a route to \(its)")
            }
        }
        return nil
    }

    private static func isInTheWay(_ its: IPNetwork, _ route: Route, _ network: IPNetwork) -> Bool {
        if network.contains(its) { return true }
        return route.gateway == nil && its.prefixLength >= widestNetwork && its.contains(network)
    }

    /// The failure that tells the user.
    func failure(_ settings: BridgeSettings) -> HostNetworkFailure {
        let isIPv4 = network.base.isIPv4
        let subnet = isIPv4 ? settings.ipv4 : settings.ipv6 ?? settings.ipv4
        let other = isIPv4 ? "LXC_ADDR=\"10.0.4.1\"" : "LXC_IPV6_ADDR=\"fd00:4::1\""
        return HostNetworkFailure(
            "cannot give \(subnet.address)/\(subnet.prefixLength) to \(settings.bridge)",
            reason: "\(device) has \(theirs) already, which overlaps with \(network)",
            variable: subnet.origin == nil ? nil : isIPv4 ? "LXC_ADDR" : "LXC_IPV6_ADDR", origin: subnet.origin,
            hint: "choose a network that nobody has in default/lxc-net, for example \(other)")
    }
}
