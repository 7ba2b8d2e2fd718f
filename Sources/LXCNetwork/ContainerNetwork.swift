// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel
import Netlink

/// Makes the network devices of a container that is being started.
package struct ContainerNetwork {
    /// What the owner of the container does while its network is made.
    package protocol Owner: AnyObject {
        /// Notes something to be undone on the host, before it is done.
        func owe(_ debts: [NetworkDebt]) throws(NetworkFailure)
        /// A device is there: its `script.up` is due.
        func deviceIsMade(_ device: MadeDevice) throws(NetworkFailure)
    }

    private let devices: [NetworkSettings]
    /// A handle on the container's network namespace.
    private let namespace: Int32
    /// The file that keeps the namespace alive while a device of the host is in it.
    private let pin: String

    /// - Parameters:
    ///   - devices: As configured, in order.
    ///   - namespace: A handle on the container's network namespace, valid until ``make(for:)`` returns.
    ///   - pin: A path, in a folder that exists, at which the namespace may be attached.
    package init(_ devices: [NetworkSettings], namespace: Int32, pin: String) {
        self.devices = devices.filter { $0.type?.value != "none" }
        self.namespace = namespace
        self.pin = pin
    }

    /// Whether devices are made beyond the loopback device, or scripts run for it; otherwise there is nothing to do.
    package static func isNeeded(_ devices: [NetworkSettings]) -> Bool {
        devices.contains {
            $0.type?.value != "none" && ($0.type?.value != "empty" || !$0.scriptsUp.isEmpty || !$0.scriptsDown.isEmpty)
        }
    }

    /// Makes every device, in order, each with its addresses, then its script.
    ///
    /// - Throws: ``NetworkFailure``; what was made until then goes with the container's network namespace, and by the debts.
    package func make(for owner: some Owner) throws(NetworkFailure) -> [MadeDevice] {
        guard let first = devices.first else { return [] }
        var host = try making("cannot talk to the kernel about networks", first, "type") { () throws(KernelError) in try NetlinkSocket() }
        var inside = try making("cannot reach the container's network", first, "type") { () throws(KernelError) in
            try NetlinkSocket(in: namespace, label: "the container's network namespace")
        }
        var links: [Link?] = []
        for device in devices {
            let taken = zip(devices, links).compactMap { $0.type?.value == "phys" ? $1?.name : nil }
            links.append(try Self.link(of: device, taken: taken, &host))
        }
        let names = DeviceNames.inside(devices, links: zip(devices, links).map { $0.type?.value == "phys" ? $1?.name : nil })
        if devices.contains(where: { $0.type?.value == "phys" }) { try pinNamespace(first, owner) }
        var made: [MadeDevice] = []
        for (index, device) in devices.enumerated() {
            let new = try make(device, names[index], links[index], &host, &inside, owner)
            made.append(new)
            try owner.deviceIsMade(new)
        }
        return made
    }

    private func make(
        _ settings: NetworkSettings, _ name: String, _ link: Link?, _ host: inout NetlinkSocket, _ inside: inout NetlinkSocket,
        _ owner: some Owner
    ) throws(NetworkFailure) -> MadeDevice {
        var device = MadeDevice(settings)
        guard device.type != "empty" else { return device }
        device.nameInside = name
        switch device.type {
        case "veth": try makeVeth(&device, link, &host, owner)
        case "phys":
            guard let link else { throw Self.missing(settings) }
            device.settings.link = link.name
            let physical = PhysicalDevice(settings: settings, nameInside: name, link: link)
            try owner.owe([.physical(try physical.record(&host))])
            device.indexInside = try physical.move(&host, &inside, namespace: namespace)
            try owner.owe([.physicalInside(name: name, index: device.indexInside)])
        default:
            guard let link else { throw Self.missing(settings) }
            let stacked = StackedDevice(settings: settings, nameInside: name, link: link)
            device.indexInside = try stacked.make(&host, &inside, namespace: namespace)
        }
        let needsLink = settings.ipv4Gateway == .auto || settings.ipv6Gateway == .auto
        var addresses: [LinkAddress] = []
        if needsLink, let link {
            addresses = try making("cannot look at \(link.name)", settings, "link") { () throws(KernelError) in
                try host.addresses(of: link.index)
            }
        }
        try InsideSetup(settings: settings, name: name, index: device.indexInside, linkAddresses: addresses).apply(&inside)
        if settings.l2proxy { try LayerTwoProxy(settings: settings).set(up: &host, owner) }
        return device
    }

    private func makeVeth(
        _ device: inout MadeDevice, _ link: Link?, _ host: inout NetlinkSocket, _ owner: some Owner
    ) throws(NetworkFailure) {
        let settings = device.settings
        let veth = VethDevice(settings: settings, nameInside: device.nameInside, link: link)
        var port: OpenVSwitchPort?
        if let link, link.kind != "bridge", !veth.isRouter { port = try OpenVSwitchPort(settings: settings, bridge: link) }
        let (end, index) = try veth.make(&host, namespace: namespace)
        device.hostEnd = end
        device.indexInside = index
        device.settings.vethPair = end.name
        if let port {
            try owner.owe([.openVSwitchPort(bridge: port.bridge.name, port: end.name)])
            try port.join(end.name)
        }
        try veth.finish(&host, end)
    }

    /// The device of the host that another one is to hang on, or that is to move. A prefix stands for the first that is not `taken`.
    private static func link(
        of settings: NetworkSettings, taken: [String], _ host: inout NetlinkSocket
    ) throws(NetworkFailure) -> Link? {
        guard let name = settings.link, settings.type?.value != "empty" else { return nil }
        let found = try making("cannot look for \(name)", settings, "link") { () throws(KernelError) in
            guard settings.type?.value == "phys", name.utf8.last == 0x2B else { return try host.link(named: name) }
            return try host.links().first { $0.name.hasPrefix(String(name.dropLast())) && !taken.contains($0.name) }
        }
        guard let found else { throw missing(settings) }
        return found
    }

    private static func missing(_ settings: NetworkSettings) -> NetworkFailure {
        let name = settings.link ?? "the device of the host"
        let isBridge = settings.type?.value == "veth"
        return NetworkFailure(
            "cannot make \(settings.typeWithArticle) on \(name)", reason: "the host has no network device of that name", settings, "link",
            hint: isBridge
                ? "make the bridge first; lxc-net start makes lxcbr0" : "see ip link for the names of the host's devices")
    }

    /// Devices of the host must not go with the namespace when both the supervisor and the container are killed.
    private func pinNamespace(_ device: NetworkSettings, _ owner: some Owner) throws(NetworkFailure) {
        try owner.owe([.namespace(path: pin)])
        try making("cannot keep the container's network namespace at \(pin)", device, "type") { () throws(KernelError) in
            _ = try OwnedDescriptor(opening: pin, [.writeOnly, .create, .noFollow], mode: 0o600)
            try MountPoint.bind("/proc/self/fd/\(namespace)", onto: pin)
        }
    }
}
