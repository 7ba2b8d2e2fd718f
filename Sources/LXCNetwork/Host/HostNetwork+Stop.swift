// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

extension HostNetwork {
    /// What a stop did.
    package enum StopResult: Sendable, Equatable {
        /// `ports`: the devices of containers for whose sake the bridge itself stays.
        case stopped(ports: [String])
        case notRunning
        /// The settings say that there shall be no bridge, and there is none of ours.
        case notWanted
    }

    /// Takes everything away. The bridge itself stays as long as containers are connected to it, unless the stop is forced.
    ///
    /// - Parameter isForced: Whether the bridge goes whoever uses it, and nothing has to have been started.
    /// - Returns: Whether there was something to stop, and what is still connected to the bridge.
    /// - Throws: ``HostNetworkFailure`` of the first thing that cannot be taken away; everything else is gone then.
    package func stop(isForced: Bool) throws(HostNetworkFailure) -> StopResult {
        // What was started with other settings, or with a file that has become wrong meanwhile, is stopped all the same.
        if readRecord() == nil {
            let settings = try BridgeSettings.load(from: places.settings)
            guard settings.isWanted || isForced else { return .notWanted }
            guard isForced || isThere(marker) else { return .notRunning }
        }
        return try whileLocked { () throws(HostNetworkFailure) in
            .stopped(ports: try remove(try currentRecord(), isForced: isForced))
        }
    }

    /// Takes away what a record names; the result is the devices for whose sake the bridge stays.
    func remove(_ record: HostNetworkRecord, isForced: Bool) throws(HostNetworkFailure) -> [String] {
        var first: HostNetworkFailure?
        func attempt(_ body: () throws(HostNetworkFailure) -> Void) {
            do { try body() } catch { first = first ?? error }
        }
        // First: a stop that is killed halfway is then completed by the next start or stop.
        attempt { () throws(HostNetworkFailure) in try removeFile(marker) }
        attempt { () throws(HostNetworkFailure) in try dnsmasq.stop() }
        for filter in filters(record) { attempt { () throws(HostNetworkFailure) in try filter.remove(record.translation) } }
        var ports: [String] = []
        attempt { () throws(HostNetworkFailure) in ports = try removeBridge(record, isForced: isForced) }
        if let first { throw first }
        try removeFile(recordFile)
        return ports
    }

    /// The programs that may have made the rules.
    private func filters(_ record: HostNetworkRecord) -> [PacketFilter] {
        if let name = record.filter { return PacketFilter.named(name).map { [$0] } ?? [] }
        return ["nft", "iptables"].compactMap { PacketFilter.named($0) }
    }

    private func removeBridge(_ record: HostNetworkRecord, isForced: Bool) throws(HostNetworkFailure) -> [String] {
        var bridge = try HostBridge(record.bridge)
        guard let link = try bridge.link(), link.kind == "bridge" else { return [] }
        for address in record.addresses { try bridge.remove(address, from: link) }
        guard record.isBridgeOurs else { return [] }
        let ports = isForced ? [] : try bridge.ports(of: link)
        if ports.isEmpty { try bridge.remove(link) } else { try bridge.set(link, isUp: false) }
        return ports
    }
}
