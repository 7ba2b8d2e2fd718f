// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// The VLANs of a veth's host end in a Linux bridge.
struct BridgePort {
    let settings: NetworkSettings
    let bridge: Link

    func join(_ host: inout NetlinkSocket, _ end: MadeDevice.HostEnd) throws(NetworkFailure) {
        guard settings.vethVLAN != nil || !settings.vethTaggedVLANs.isEmpty else { return }
        try checkFiltering()
        if let vlan = settings.vethVLAN { try setUntagged(vlan, &host, end) }
        if !settings.vethTaggedVLANs.isEmpty {
            let request = LinkChange.portVLANs(
                index: end.index, label: end.name, settings.vethTaggedVLANs.map { UInt16(clamping: $0) }, isUntagged: false)
            try making("cannot add tagged VLANs to \(end.name)", settings, "veth.vlan.tagged.id") { () throws(KernelError) in
                try host.perform(request)
            }
        }
    }

    /// Without filtering the bridge would carry every VLAN to every port: the container would see more than it should.
    private func checkFiltering() throws(NetworkFailure) {
        let subKey = settings.vethVLAN != nil ? "veth.vlan.id" : "veth.vlan.tagged.id"
        guard bridge.bridgeVLANs?.isFiltering == true else {
            throw NetworkFailure(
                "cannot put \(settings.name ?? "the device") into a VLAN", reason: "the bridge \(bridge.name) does not filter VLANs",
                settings,
                subKey, hint: "switch it on: ip link set \(bridge.name) type bridge vlan_filtering 1")
        }
    }

    private func setUntagged(
        _ vlan: NetworkSettings.PortVLAN, _ host: inout NetlinkSocket, _ end: MadeDevice.HostEnd
    ) throws(NetworkFailure) {
        var requests: [NetlinkRequest] = []
        // A new port has the bridge's own.
        let given = bridge.bridgeVLANs?.defaultID ?? 0
        let wanted: UInt16? = if case .id(let id) = vlan { UInt16(clamping: id) } else { nil }
        if given != 0, given != wanted {
            requests.append(LinkChange.portVLANs(index: end.index, label: end.name, [given], isUntagged: true, removes: true))
        }
        if let wanted { requests.append(LinkChange.portVLANs(index: end.index, label: end.name, [wanted], isUntagged: true)) }
        try making("cannot set the VLAN of \(end.name)", settings, "veth.vlan.id") { () throws(KernelError) in try host.perform(requests) }
    }
}
