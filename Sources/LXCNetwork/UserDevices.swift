// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel
import Netlink

/// The network devices of a container that an ordinary user starts.
///
/// Such a user may make none on the host. `lxc-user-nic`, which is set-user-ID root, makes what lxc-usernet(5) allows; addresses and
/// routes are set by a copy of this process that enters the container's namespaces, where the user is root.
/// Only for programs with a single thread.
package struct UserDevices {
    private let devices: [NetworkSettings]
    private let user: Int32
    private let network: Int32
    private let lxcPath: String
    private let name: String

    /// Making a device takes milliseconds; others may hold the list of devices meanwhile.
    private static let patience: Int32 = 20_000
    /// The descriptor by which the program finds the namespace.
    private static let namespaceNumber: Int32 = 3
    private static var program: String { InstalledPaths.libexec + "/lxc-user-nic" }

    /// - Parameters:
    ///   - devices: As configured, in order.
    ///   - user: A handle on the container's user namespace.
    ///   - network: A handle on its network namespace; both are valid until ``make(for:)`` returns.
    ///   - lxcPath: For whom the devices are: the container's path,
    ///   - name: and its name.
    package init(_ devices: [NetworkSettings], user: Int32, network: Int32, lxcPath: String, name: String) {
        self.devices = devices.filter { $0.type?.value != "none" }
        self.user = user
        self.network = network
        self.lxcPath = lxcPath
        self.name = name
    }

    /// Makes every device, in order, each with its addresses, then its script.
    ///
    /// - Parameter owner: Is told of every device.
    /// - Throws: ``NetworkFailure``; what was made until then goes with the container's network namespace.
    package func make(for owner: some ContainerNetwork.Owner) throws(NetworkFailure) {
        let names = DeviceNames.inside(devices, links: devices.map { _ in nil })
        for (settings, nameInside) in zip(devices, names) {
            var device = MadeDevice(settings)
            switch device.type {
            case "empty": break
            case "veth":
                try Self.check(settings)
                try create(&device, nameInside)
                try configure(device)
            default:
                throw NetworkFailure(
                    "cannot make a device of type \(device.type)", reason: "ordinary users may have veth, empty and none only", settings,
                    "type", hint: "start the container as root, or use veth with a bridge that lxc-usernet allows")
            }
            try owner.deviceIsMade(device)
        }
    }

    /// Gives the devices back, so that they no longer count; the namespace goes only later.
    ///
    /// - Parameters:
    ///   - devices: What ``make(for:)`` made.
    ///   - network: A handle on their network namespace.
    ///   - lxcPath: The container's path,
    ///   - name: and its name.
    /// - Returns: What could not be removed, in words.
    package static func remove(_ devices: [MadeDevice], network: Int32, lxcPath: String, name: String) -> [String] {
        var problems: [String] = []
        for device in devices {
            guard let end = device.hostEnd else { continue }
            let words = ["delete", lxcPath, name, "/proc/self/fd/\(namespaceNumber)", "veth", bridge(device.settings), end.name]
            do throws(KernelError) {
                let result = try run(words, network)
                if !result.isSuccess { problems.append("\(end.name) stays for a while: \(said(result))") }
            } catch { problems.append("\(end.name) stays for a while: \(error)") }
        }
        return problems
    }

    // MARK: - On the host

    /// What only root could do to the host's end is refused, not left out. But for its name: C LXC documents that it chooses one.
    private static func check(_ settings: NetworkSettings) throws(NetworkFailure) {
        let isRooted: [(isAsked: Bool, subKey: String)] = [
            (settings.vethMode == .router, "veth.mode"), (settings.l2proxy, "l2proxy"),
            (!settings.vethIPv4Routes.isEmpty, "veth.ipv4.route"), (!settings.vethIPv6Routes.isEmpty, "veth.ipv6.route"),
            (settings.vethVLAN != nil, "veth.vlan.id"), (!settings.vethTaggedVLANs.isEmpty, "veth.vlan.tagged.id"),
        ]
        for setting in isRooted where setting.isAsked {
            throw NetworkFailure(
                "cannot use lxc.net.\(settings.index).\(setting.subKey)", reason: "it changes the host, which ordinary users may not",
                settings, setting.subKey, hint: "remove the line, or start the container as root")
        }
    }

    private static func bridge(_ settings: NetworkSettings) -> String { settings.link ?? "none" }

    private func create(_ device: inout MadeDevice, _ nameInside: String) throws(NetworkFailure) {
        let settings = device.settings
        let what = "cannot make a veth on \(Self.bridge(settings))"
        let path = "/proc/self/fd/\(Self.namespaceNumber)"
        let result = try making(what, settings, "type", hint: "lxc-user-nic comes with swift-lxc: make install") { () throws(KernelError) in
            try Self.run(["create", lxcPath, name, path, "veth", Self.bridge(settings), nameInside], network)
        }
        guard result.isSuccess else {
            let lines = result.error.split(separator: 0x0A).map { String(kernelBytes: $0) }
            let advice = lines.dropFirst().first.map { String($0.drop { $0 == " " }) }
            throw NetworkFailure(what, reason: Self.said(result), settings, "link", hint: advice)
        }
        // CNAME:CINDEX:HOSTNAME:HOSTINDEX
        let fields = String(kernelBytes: result.output).split(whereSeparator: { $0 == ":" || $0 == "\n" }).map(String.init)
        guard fields.count == 4, let inside = UInt32(fields[1]), let outside = UInt32(fields[3]) else {
            throw NetworkFailure(
                what, reason: "lxc-user-nic answered something else than expected", settings, "type",
                hint: "is \(Self.program) that of this version?")
        }
        device.nameInside = fields[0]
        device.indexInside = inside
        device.hostEnd = MadeDevice.HostEnd(name: fields[2], index: outside)
        device.settings.vethPair = fields[2]
    }

    private static func run(_ words: [String], _ network: Int32) throws(KernelError) -> ProgramRun.Result {
        try ProgramRun.of(
            program, arguments: ["lxc-user-nic"] + words, environment: [], milliseconds: patience,
            descriptors: [(from: network, to: namespaceNumber)])
    }

    private static func said(_ result: ProgramRun.Result) -> String {
        let line = String(kernelBytes: result.error.prefix { $0 != 0x0A })
        let prefix = "lxc-user-nic: "
        if line.isEmpty { return "lxc-user-nic \(result.status)" }
        return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : line
    }

    // MARK: - In the container

    private func configure(_ device: MadeDevice) throws(NetworkFailure) {
        let settings = device.settings
        let what = "cannot set up \(device.nameInside)"
        let addresses = try linkAddresses(settings)
        let answer = try making(what, settings, "type") { () throws(KernelError) in
            let pair = try UnixSocket.pair(.sequencedPackets)
            guard let helper = try Self.copyProcess() else { work(device, addresses, pair.closingFirst()) }
            let channel = pair.closingSecond()
            let answer = try channel.receive(upTo: 1 << 12)
            _ = try helper.collect()
            return answer
        }
        if answer == [0] { return }
        guard let answer, let failure = Self.failure(answer, settings) else {
            throw NetworkFailure(what, reason: "the process that was to do it was killed", settings, "type")
        }
        throw failure
    }

    /// Nil in the copy.
    private static func copyProcess() throws(KernelError) -> PidFD? {
        switch try ProcessCopy.make() {
        case .child: nil
        case .parent(_, let handle): handle
        }
    }

    private func linkAddresses(_ settings: NetworkSettings) throws(NetworkFailure) -> [LinkAddress] {
        guard settings.ipv4Gateway == .auto || settings.ipv6Gateway == .auto, let name = settings.link else { return [] }
        return try making("cannot look at \(name)", settings, "link") { () throws(KernelError) in
            var host = try NetlinkSocket()
            guard let link = try host.link(named: name) else { return [] }
            return try host.addresses(of: link.index)
        }
    }

    /// The copy of the process; it cannot come back from the container's namespaces.
    private func work(_ device: MadeDevice, _ addresses: [LinkAddress], _ channel: consuming UnixSocket) -> Never {
        do {
            try channel.sendAll(setUp(device, addresses).map { Self.bytes(of: $0) } ?? [0])
        } catch { ProcessCopy.exitNow(1) }
        ProcessCopy.exitNow(0)
    }

    /// Nil when it went well.
    private func setUp(_ device: MadeDevice, _ addresses: [LinkAddress]) -> NetworkFailure? {
        let settings = device.settings
        do throws(NetworkFailure) {
            var inside = try making("cannot reach the container's network", settings, "type") { () throws(KernelError) in
                try Namespaces.enter(user, .user, label: "the container's user namespace")
                try Namespaces.enter(network, .network, label: "the container's network namespace")
                return try NetlinkSocket()
            }
            var change = LinkChange(index: device.indexInside, label: device.nameInside)
            change.hardwareAddress = settings.hardwareAddress?.bytes
            change.mtu = settings.mtu.map { UInt32(clamping: $0) }
            if change.hardwareAddress != nil || change.mtu != nil {
                let request = change.request
                try making("cannot change \(device.nameInside)", settings, change.mtu == nil ? "hwaddr" : "mtu") { () throws(KernelError) in
                    try inside.perform(request)
                }
            }
            try InsideSetup(settings: settings, name: device.nameInside, index: device.indexInside, linkAddresses: addresses).apply(&inside)
            return nil
        } catch { return error }
    }

    private static func bytes(of failure: NetworkFailure) -> [UInt8] {
        Array([failure.what, failure.reason, "\(failure.errno)", failure.subKey, failure.hint ?? ""].joined(separator: "\n").kernelBytes)
    }

    private static func failure(_ bytes: [UInt8], _ settings: NetworkSettings) -> NetworkFailure? {
        let parts = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(kernelBytes: $0) }
        guard parts.count == 5 else { return nil }
        return NetworkFailure(
            parts[0], reason: parts[1], errno: Int32(parts[2]) ?? 0, settings, parts[3], hint: parts[4].isEmpty ? nil : parts[4])
    }
}
