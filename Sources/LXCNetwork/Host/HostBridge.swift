// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// The bridge as a device of the caller's network namespace.
struct HostBridge: ~Copyable {
    let name: String
    private var socket: NetlinkSocket

    init(_ name: String) throws(HostNetworkFailure) {
        self.name = name
        socket = try doing("cannot talk to the kernel about networks") { () throws(KernelError) in try NetlinkSocket() }
    }

    /// The device; nil when there is none.
    mutating func link() throws(HostNetworkFailure) -> Link? {
        do { return try socket.link(named: name) } catch { throw HostNetworkFailure("cannot look for \(name)", error) }
    }

    /// Whether lxc-net, ours or C LXC's, has made the device, or can make it: its hardware address tells.
    mutating func isOurs(_ hardwareAddress: [UInt8]) throws(HostNetworkFailure) -> Bool {
        try link().map { $0.hardwareAddress == hardwareAddress } ?? true
    }

    /// The devices that are connected to it.
    mutating func ports(of bridge: Link) throws(HostNetworkFailure) -> [String] {
        do { return try socket.links().filter { $0.master == bridge.index }.map { $0.name } } catch {
            throw HostNetworkFailure("cannot look for the devices of \(name)", error)
        }
    }

    /// Its addresses that mean something beyond the link.
    mutating func addresses(of bridge: Link) throws(HostNetworkFailure) -> [LinkAddress] {
        do { return try socket.addresses(of: bridge.index).filter { $0.isGlobal } } catch {
            throw HostNetworkFailure("cannot look for the addresses of \(name)", error)
        }
    }

    /// Looks for somebody else who has addresses of these networks.
    mutating func conflict(_ networks: [IPNetwork]) throws(HostNetworkFailure) -> SubnetConflict? {
        do {
            return SubnetConflict.first(
                of: networks, bridge: name, links: try socket.links(), addresses: try socket.addresses(), routes: try socket.routes())
        } catch { throw HostNetworkFailure("cannot find out which networks this machine has", error) }
    }

    /// Makes the device, down and without addresses.
    mutating func make(_ hardwareAddress: [UInt8]) throws(HostNetworkFailure) {
        var new = NewLink(.bridge, name: name)
        new.traits.hardwareAddress = hardwareAddress
        do { try socket.perform(new.request) } catch {
            throw HostNetworkFailure(
                "cannot make the bridge \(name)", error,
                hint: error.errno == .notSupportedOnSocket ? "load the kernel module bridge" : nil)
        }
    }

    /// Brings it up or down.
    mutating func set(_ bridge: Link, isUp: Bool) throws(HostNetworkFailure) {
        var change = LinkChange(bridge)
        change.isUp = isUp
        do { try socket.perform(change.request) } catch {
            throw HostNetworkFailure("cannot bring \(name) \(isUp ? "up" : "down")", error)
        }
    }

    /// Gives it an address.
    mutating func add(_ address: InterfaceAddress, to bridge: Link) throws(HostNetworkFailure) {
        do { try socket.perform(Self.request(address, bridge).request) } catch {
            throw HostNetworkFailure("cannot give \(address.text) to \(name)", error)
        }
    }

    /// Takes an address away; one that it does not have is no error.
    mutating func remove(_ address: InterfaceAddress, from bridge: Link) throws(HostNetworkFailure) {
        do { try socket.perform(Self.request(address, bridge).removal) } catch {
            if error.errno == .addressNotAvailable { return }
            throw HostNetworkFailure("cannot take \(address.text) from \(name)", error)
        }
    }

    /// Removes the device.
    mutating func remove(_ bridge: Link) throws(HostNetworkFailure) {
        do { try socket.perform(LinkChange.removal(index: bridge.index, label: name)) } catch {
            throw HostNetworkFailure("cannot remove the bridge \(name)", error)
        }
    }

    private static func request(_ address: InterfaceAddress, _ bridge: Link) -> LinkAddress {
        let network = IPNetwork(of: address.address, prefixLength: address.prefixLength)
        return LinkAddress(
            index: bridge.index, bytes: address.address.bytes, prefixLength: UInt8(clamping: address.prefixLength),
            broadcast: address.address.isIPv4 ? network?.last.bytes : nil)
    }
}
