// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

extension HostNetwork {
    /// What is there at the moment.
    package struct Status: Sendable, Equatable {
        package enum State: Sendable, Equatable { case running, incomplete, stopped }

        package var bridge: String
        /// nil when there is no such device.
        package var isUp: Bool?
        /// The devices that are connected to the bridge.
        package var ports: [String] = []
        /// Addresses with the lengths of their prefixes.
        package var addresses: [String] = []
        /// Process number; nil when it does not run.
        package var dnsmasq: Int32?
        /// nft or iptables.
        package var filter: String?
        /// Whether its rules are in place; nil when the caller may not look.
        package var isTranslating: Bool?
        /// Whether a start was completed.
        package var isMarked: Bool
        var hasAllAddresses = false

        var isComplete: Bool { isUp == true && hasAllAddresses && dnsmasq != nil && isTranslating == true }

        package var state: State {
            if isMarked && isUp == true && hasAllAddresses && dnsmasq != nil && isTranslating != false { return .running }
            return isMarked || dnsmasq != nil || isTranslating == true || !addresses.isEmpty ? .incomplete : .stopped
        }
    }

    /// Looks at what is there, and changes nothing.
    ///
    /// - Throws: ``HostNetworkFailure`` for settings that cannot be read, or a kernel that does not answer.
    package func status() throws(HostNetworkFailure) -> Status {
        let record = try currentRecord()
        var status = Status(bridge: record.bridge, isMarked: isThere(marker))
        var bridge = try HostBridge(record.bridge)
        if let link = try bridge.link() {
            status.isUp = link.isUp
            status.ports = try bridge.ports(of: link)
            let present = try bridge.addresses(of: link)
            status.addresses = present.compactMap { address in
                IPAddress(bytes: address.bytes).map { "\($0)/\(address.prefixLength)" }
            }
            status.hasAllAddresses = record.addresses.allSatisfy { status.addresses.contains($0.text) }
        }
        status.dnsmasq = dnsmasq.running().first?.pid
        try look(at: record, &status)
        return status
    }

    private func look(at record: HostNetworkRecord, _ status: inout Status) throws(HostNetworkFailure) {
        let names = record.filter.map { [$0] } ?? ["nft", "iptables"]
        guard ProcessControl.effectiveUser == 0 else {
            status.filter = record.filter
            return
        }
        status.isTranslating = false
        for filter in names.compactMap({ PacketFilter.named($0) }) where try filter.isInPlace(record.translation) {
            status.filter = filter.name
            status.isTranslating = true
            return
        }
    }
}
