// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// The steps of one start, and their way back.
struct HostNetworkSetup: ~Copyable {
    private let settings: BridgeSettings
    private let filter: PacketFilter
    private let program: String
    private let dnsmasq: DnsmasqProcess
    private var bridge: HostBridge

    // What has been made so far.
    private var hasBridge = false
    private var addresses: [InterfaceAddress] = []
    private var hasTranslation = false
    private var hasDnsmasq = false

    /// Finds everything that will be needed; nothing is made before it is known to be there.
    init(_ settings: BridgeSettings, _ dnsmasq: DnsmasqProcess) throws(HostNetworkFailure) {
        let program = try DnsmasqProcess.program()
        let filter = try PacketFilter.choose(prefersNFT: settings.prefersNFT)
        bridge = try HostBridge(settings.bridge)
        self.settings = settings
        self.dnsmasq = dnsmasq
        self.program = program
        self.filter = filter
    }

    /// nft or iptables.
    var filterName: String { filter.name }

    /// Makes sure that nobody is in the way.
    mutating func check() throws(HostNetworkFailure) {
        if let link = try bridge.link(), link.kind != "bridge" {
            throw HostNetworkFailure(
                "cannot use \(settings.bridge) as a bridge", reason: "it is \(link.kind.map { "a device of type \($0)" } ?? "hardware")",
                variable: settings.bridgeOrigin == nil ? nil : "LXC_BRIDGE", origin: settings.bridgeOrigin,
                hint: "set LXC_BRIDGE in default/lxc-net to a name that is free, such as lxcbr0")
        }
        let networks = [settings.ipv4.network] + (settings.ipv6.map { [$0.network] } ?? [])
        if let conflict = try bridge.conflict(networks) { throw conflict.failure(settings) }
        // With a file of the administrator's own only dnsmasq knows which ports it wants.
        guard dnsmasq.running().isEmpty, settings.dnsmasqFile == nil else { return }
        for port in PortHolder.ports(settings) { try PortHolder.check(port, of: settings) }
    }

    /// What is going to be made, given what an earlier start made.
    ///
    /// A bridge that the administrator made stays with the addresses that it has.
    mutating func record(after old: HostNetworkRecord?) throws(HostNetworkFailure) -> HostNetworkRecord {
        let isOurs = if old?.isBridgeOurs == true { true } else { try bridge.isOurs(settings.hardwareAddress) }
        var record = HostNetworkRecord(settings, isBridgeOurs: isOurs, filter: filter.name)
        guard !isOurs, let link = try bridge.link() else { return record }
        let present = try bridge.addresses(of: link)
        record.addresses = record.addresses.filter { address in
            old?.addresses.contains(address) == true || !present.contains { $0.isSame(as: address) }
        }
        return record
    }

    /// Makes everything that is not there yet.
    mutating func perform(_ record: HostNetworkRecord) throws(HostNetworkFailure) {
        try connect(record)
        hasTranslation = true
        try filter.apply(record.translation)
        if dnsmasq.running().isEmpty {
            hasDnsmasq = true
            try dnsmasq.start(program, settings)
        }
        // Last, so that no packet passes untranslated, and a start that fails leaves the host as it was.
        if settings.ipv6 != nil { try HostSysctl.forwardIPv6() }
        try HostSysctl.set("ipv4/ip_forward", to: "1")
    }

    /// The bridge with its addresses, up.
    private mutating func connect(_ record: HostNetworkRecord) throws(HostNetworkFailure) {
        if try bridge.link() == nil {
            try bridge.make(settings.hardwareAddress)
            hasBridge = true
        }
        guard let link = try bridge.link() else {
            throw HostNetworkFailure("cannot set up the bridge \(settings.bridge)", reason: "somebody removed it meanwhile")
        }
        let unwanted = settings.ipv6 == nil ? ["accept_dad"] : ["accept_dad", "autoconf", "accept_ra"]
        for name in unwanted { HostSysctl.setIfPossible("ipv6/conf/\(settings.bridge)/\(name)", to: "0") }
        let present = try bridge.addresses(of: link)
        for address in record.addresses where !present.contains(where: { $0.isSame(as: address) }) {
            try bridge.add(address, to: link)
            addresses.append(address)
        }
        try bridge.set(link, isUp: true)
    }

    /// Takes away what was made, in reverse; what cannot be taken away is added to the failure.
    mutating func undo(_ record: HostNetworkRecord, after failure: HostNetworkFailure) -> HostNetworkFailure {
        var failure = failure
        if hasDnsmasq { failure.join { () throws(HostNetworkFailure) in try dnsmasq.stop() } }
        if hasTranslation { failure.join { () throws(HostNetworkFailure) in try filter.remove(record.translation) } }
        do throws(HostNetworkFailure) {
            guard let link = try bridge.link() else { return failure }
            // Addresses go with their bridge.
            for address in hasBridge ? [] : addresses { try bridge.remove(address, from: link) }
            if hasBridge { try bridge.remove(link) }
        } catch { failure.join(error) }
        return failure
    }
}

extension HostNetworkFailure {
    /// Does something on the way back; its failure is told behind this one.
    fileprivate mutating func join(_ body: () throws(HostNetworkFailure) -> Void) {
        do { try body() } catch { join(error) }
    }

    fileprivate mutating func join(_ other: HostNetworkFailure) { reason += "; after that: \(other.what): \(other.reason)" }
}

extension LinkAddress {
    fileprivate func isSame(as other: InterfaceAddress) -> Bool {
        bytes == other.address.bytes && Int(prefixLength) == other.prefixLength
    }
}
