// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// A pair of devices: one end in the container, one on the host, in a bridge or with routes.
struct VethDevice {
    let settings: NetworkSettings
    let nameInside: String
    /// The device `lxc.net.N.link` of the host.
    let link: Link?

    private static let attempts = 10
    /// How long a veth of the wanted name may take to vanish with the namespace of the container that had it before.
    private static let patience = Duration.seconds(3)

    var isRouter: Bool { settings.vethMode == .router }

    /// Makes the pair with its far end in the container's network namespace.
    func make(_ host: inout NetlinkSocket, namespace: Int32) throws(NetworkFailure) -> (hostEnd: MadeDevice.HostEnd, indexInside: UInt32) {
        let name = try create(&host, namespace)
        let found = try making("cannot find \(name)", settings, "type") { () throws(KernelError) in try host.link(named: name) }
        // The number of the other end is what the kernel calls the device's link.
        guard let found, let inside = found.parent else {
            throw NetworkFailure("cannot find \(name)", reason: "it is gone again", settings, "type")
        }
        return (MadeDevice.HostEnd(name: name, index: found.index), inside)
    }

    private func create(_ host: inout NetlinkSocket, _ namespace: Int32) throws(NetworkFailure) -> String {
        let deadline = MonotonicInstant.now + Self.patience
        var tries = 0
        while true {
            let name = settings.vethPair ?? HostEndName.random()
            do throws(KernelError) {
                try host.perform(request(name, namespace))
                return name
            } catch {
                tries += 1
                guard error.errno == .fileExists else { throw creationFailure(name, error) }
                if settings.vethPair == nil && tries < Self.attempts { continue }
                guard try isLeftover(name, &host), !deadline.hasPassed else { throw try nameFailure(name, error, &host) }
                (MonotonicInstant.now + .milliseconds(5)).sleep()
            }
        }
    }

    /// Whether a name may belong to what a killed container left: a veth goes some time after the last process of the namespace that
    /// its other end is in, and until then it looks like any other.
    private func isLeftover(_ name: String, _ host: inout NetlinkSocket) throws(NetworkFailure) -> Bool {
        let found = try making("cannot look for \(name)", settings, "veth.pair") { () throws(KernelError) in try host.link(named: name) }
        return found.map { $0.kind == "veth" } ?? true
    }

    /// Both ends have a name that can be taken.
    private func nameFailure(_ name: String, _ error: KernelError, _ host: inout NetlinkSocket) throws(NetworkFailure) -> NetworkFailure {
        let found = try making("cannot look for \(name)", settings, "veth.pair") { () throws(KernelError) in try host.link(named: name) }
        if found == nil { return NetworkFailure(takenInside: nameInside, error, settings) }
        return NetworkFailure(
            "cannot make the veth \(name)", error, settings, "veth.pair",
            hint: "another device has that name (see ip link show \(name)); choose another one or remove the line")
    }

    private func creationFailure(_ name: String, _ error: KernelError) -> NetworkFailure {
        let isMissing = error.errno == .notSupportedOnSocket
        return NetworkFailure(
            "cannot make the veth \(name)", error, settings, settings.refusedTrait(error),
            hint: isMissing ? "this kernel has no veth devices: load the module (modprobe veth)" : nil)
    }

    private func request(_ name: String, _ namespace: Int32) -> NetlinkRequest {
        var peer = NewLink.Peer()
        peer.namespace = namespace
        peer.traits = traits(nameInside)
        peer.traits.hardwareAddress = settings.hardwareAddress?.bytes
        var link = NewLink(.veth(peer: peer))
        link.traits = traits(name)
        link.traits.isUp = true
        // A bridge takes the lowest address of its ports for itself: this one is never the lowest.
        link.traits.hardwareAddress = [0xFE] + (0..<5).map { _ in UInt8.random(in: 0...255) }
        if !isRouter, let bridge = self.link, bridge.kind == "bridge" { link.master = bridge.index }
        return link.request
    }

    private func traits(_ name: String) -> LinkTraits {
        var traits = LinkTraits()
        traits.name = name
        let mtu = settings.mtu.map { UInt32(clamping: $0) }
        traits.mtu = mtu ?? (isRouter ? nil : link?.mtu)
        traits.receiveQueues = settings.vethReceiveQueues.map { UInt32(clamping: $0) }
        traits.transmitQueues = settings.vethTransmitQueues.map { UInt32(clamping: $0) }
        return traits
    }

    // MARK: - The host's end

    /// Routes, proxies and VLANs of the host's end.
    func finish(_ host: inout NetlinkSocket, _ end: MadeDevice.HostEnd) throws(NetworkFailure) {
        if isRouter { try answerForGateways(&host, end) }
        for (route, subKey) in Self.routes(settings) { try add(route, subKey, &host, end) }
        if let link, link.kind == "bridge", !isRouter { try BridgePort(settings: settings, bridge: link).join(&host, end) }
    }

    /// What the host reaches through its end, with the key that says so.
    private static func routes(_ settings: NetworkSettings) -> [(InterfaceAddress, subKey: String)] {
        var routes: [(InterfaceAddress, subKey: String)] = []
        if settings.vethMode == .router {
            for (addresses, subKey) in [(settings.ipv4, "ipv4.address"), (settings.ipv6, "ipv6.address")] {
                routes += addresses.map {
                    (InterfaceAddress(address: $0.address, prefixLength: $0.address.bytes.count * 8), subKey)
                }
            }
        }
        return routes + settings.vethIPv4Routes.map { ($0, "veth.ipv4.route") } + settings.vethIPv6Routes.map { ($0, "veth.ipv6.route") }
    }

    private static func route(_ route: InterfaceAddress, _ end: MadeDevice.HostEnd) -> Route {
        Route(to: route.address.bytes, prefixLength: UInt8(clamping: route.prefixLength), index: end.index)
    }

    private func add(
        _ route: InterfaceAddress, _ subKey: String, _ host: inout NetlinkSocket, _ end: MadeDevice.HostEnd
    ) throws(NetworkFailure) {
        let request = Self.route(route, end).request
        let deadline = MonotonicInstant.now + Self.patience
        while true {
            do throws(KernelError) { return try host.perform(request) } catch {
                // It may be that of a container that was killed just now.
                guard error.errno == .fileExists, !deadline.hasPassed else {
                    throw NetworkFailure(
                        "cannot route \(route.text) to \(end.name)", error, settings, subKey,
                        hint: error.errno == .fileExists ? "the host has such a route already: see ip route show \(route.text)" : nil)
                }
            }
            (MonotonicInstant.now + .milliseconds(5)).sleep()
        }
    }

    /// The host answers on its end for the gateways that the container was given.
    private func answerForGateways(_ host: inout NetlinkSocket, _ end: MadeDevice.HostEnd) throws(NetworkFailure) {
        for (gateway, family) in [(settings.ipv4Gateway, "ipv4"), (settings.ipv6Gateway, "ipv6")] {
            guard case .address(let address)? = gateway else { continue }
            let proxy = NeighborProxy.request(address.bytes, index: end.index)
            let prefix = "/proc/sys/net/\(family)"
            try making("cannot answer for the gateway \(address) on \(end.name)", settings, "\(family).gateway") {
                () throws(KernelError) in
                try WholeFile.writeControl("\(prefix)/conf/\(end.name)/forwarding", "1")
                if family == "ipv6" { try WholeFile.writeControl("\(prefix)/conf/\(end.name)/proxy_ndp", "1") }
                // Otherwise an answer for an address of somebody else comes after a random part of 0.8 s.
                try WholeFile.writeControl("\(prefix)/neigh/\(end.name)/proxy_delay", "0")
                try host.perform(proxy)
            }
        }
    }

    /// Lets the next container have the routes and a configured name at once; the kernel takes its time to remove the pair.
    static func release(_ device: MadeDevice, hasFixedName: Bool, _ host: inout NetlinkSocket) throws(KernelError) {
        guard let end = device.hostEnd else { return }
        for (route, _) in routes(device.settings) {
            do { try host.perform(Self.route(route, end).removal) } catch {
                if error.errno != .noSuchProcess && error.errno != .operationNotSupportedByDevice { throw error }
            }
        }
        if hasFixedName { try releaseName(end, &host) }
    }

    private static func releaseName(_ end: MadeDevice.HostEnd, _ host: inout NetlinkSocket) throws(KernelError) {
        var rename = LinkChange(index: end.index, label: end.name)
        rename.name = HostEndName.random()
        do { try host.perform(rename.request) } catch {
            if error.errno == .operationNotSupportedByDevice { return }
            guard error.errno == .resourceBusy else { throw error }
            // Before Linux 6.2 a device that is up keeps its name.
            var down = LinkChange(index: end.index, label: end.name)
            down.isUp = false
            try host.perform([down.request, rename.request])
        }
    }
}
