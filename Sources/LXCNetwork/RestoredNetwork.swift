// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel
import Netlink

/// The devices of a container that criu(8) brings back: criu makes the network namespace, with addresses and routes as they were, and the
/// pairs of veth devices; what is configured on the host is done afterwards.
package struct RestoredNetwork {
    private struct Device {
        let settings: NetworkSettings
        let nameInside: String
        let hostName: String
    }

    private let devices: [Device]

    /// Decides what the devices are called on the host.
    ///
    /// - Parameter configured: As configured, in order.
    /// - Throws: ``NetworkFailure`` for a device that criu cannot make.
    package init(_ configured: [NetworkSettings]) throws(NetworkFailure) {
        let configured = configured.filter { $0.type?.value != "none" }
        let names = DeviceNames.inside(configured, links: configured.map { _ in nil })
        var devices: [Device] = []
        for (settings, name) in zip(configured, names) where settings.type?.value ?? "empty" != "empty" {
            guard settings.type?.value == "veth" else {
                throw NetworkFailure(
                    "cannot restore a \(settings.type?.value ?? "device")", reason: "only devices of type veth and empty come back",
                    settings,
                    "type", hint: "start the container anew with lxc-start")
            }
            devices.append(Device(settings: settings, nameInside: name, hostName: settings.vethPair ?? HostEndName.random()))
        }
        self.devices = devices
    }

    /// The words that tell criu what the hosts' ends are called.
    package var words: [String] { devices.flatMap { ["--external", "veth[\($0.nameInside)]:\($0.hostName)"] } }

    /// Puts the host's ends into their bridges, and what else is configured about them.
    ///
    /// - Parameter owner: The owner of the container.
    /// - Throws: ``NetworkFailure``; the devices go with the container's network namespace, the rest by the debts.
    package func finish(for owner: some ContainerNetwork.Owner) throws(NetworkFailure) {
        guard let first = devices.first else { return }
        var host = try making("cannot talk to the kernel about networks", first.settings, "type") { () throws(KernelError) in
            try NetlinkSocket()
        }
        for device in devices {
            let made = try finish(device, &host)
            if device.settings.l2proxy { try LayerTwoProxy(settings: device.settings).set(up: &host, owner) }
            try owner.deviceIsMade(made)
        }
    }

    private func finish(_ device: Device, _ host: inout NetlinkSocket) throws(NetworkFailure) -> MadeDevice {
        let settings = device.settings
        let (found, link) = try making("cannot look for \(device.hostName)", settings, "type") { () throws(KernelError) in
            (try host.link(named: device.hostName), try settings.link.flatMap { (name) throws(KernelError) in try host.link(named: name) })
        }
        guard let found, let inside = found.parent else {
            throw NetworkFailure("cannot find \(device.hostName)", reason: "criu has not made it", settings, "type")
        }
        let veth = VethDevice(settings: settings, nameInside: device.nameInside, link: link)
        if let name = settings.link, !veth.isRouter, link?.kind != "bridge" {
            throw NetworkFailure(
                "cannot put \(device.hostName) into \(name)", reason: "the host has no bridge of that name (other than Open vSwitch's)",
                settings,
                "link")
        }
        var change = LinkChange(found)
        change.isUp = true
        if !veth.isRouter { change.master = link?.index }
        // As at a start: a bridge takes the lowest address of its ports for itself.
        change.hardwareAddress = [0xFE] + (0..<5).map { _ in UInt8.random(in: 0...255) }
        try making("cannot set \(device.hostName) up", settings, "link") { () throws(KernelError) in try host.perform(change.request) }
        let end = MadeDevice.HostEnd(name: found.name, index: found.index)
        try veth.finish(&host, end)
        var made = MadeDevice(settings)
        (made.nameInside, made.indexInside, made.hostEnd) = (device.nameInside, inside, end)
        made.settings.vethPair = end.name
        return made
    }
}
