// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// `lxc.net.N.l2proxy`: the host answers on a device of its own for the container's addresses.
struct LayerTwoProxy {
    let settings: NetworkSettings

    private static let loopback = "lo"

    /// Notes each answer, then sets it up.
    func set(up host: inout NetlinkSocket, _ owner: some ContainerNetwork.Owner) throws(NetworkFailure) {
        guard let name = settings.link else {
            throw NetworkFailure(
                "cannot answer for the container's addresses", reason: "no device of the host is named", settings, "l2proxy",
                hint: "add lxc.net.\(settings.index).link = NAME")
        }
        try check(name)
        let isIpvlan = settings.type?.value == "ipvlan"
        for address in (settings.ipv4 + settings.ipv6).map({ $0.address }) {
            // Packets for an ipvlan in mode l3 come to the host itself, which answers only for what it has a route for.
            var debts: [NetworkDebt] = [.neighborProxy(link: name, address: address)]
            if isIpvlan { debts.append(.route(link: Self.loopback, address: address)) }
            try owner.owe(debts)
            for debt in debts {
                guard
                    let request = try making(
                        "cannot look for \(name)", settings, "link",
                        { () throws(KernelError) in
                            try Self.request(debt, adds: true, &host)
                        })
                else { continue }
                try making("cannot answer for \(address) on \(name)", settings, "l2proxy") { () throws(KernelError) in
                    try host.perform(request)
                }
            }
        }
    }

    /// The kernel ignores such entries unless it is told to forward.
    private func check(_ name: String) throws(NetworkFailure) {
        var needed: [String] = []
        if !settings.ipv4.isEmpty { needed.append("ipv4/conf/\(name)/forwarding") }
        if !settings.ipv6.isEmpty { needed += ["ipv6/conf/\(name)/proxy_ndp", "ipv6/conf/\(name)/forwarding"] }
        for path in needed {
            let value = try making("cannot read /proc/sys/net/\(path)", settings, "l2proxy") { () throws(KernelError) in
                try WholeFile.text("/proc/sys/net/\(path)", limit: 64)
            }
            guard value.hasPrefix("1") else {
                throw NetworkFailure(
                    "cannot answer for the container's addresses on \(name)", reason: "/proc/sys/net/\(path) is not 1", settings, "l2proxy",
                    hint: "echo 1 > /proc/sys/net/\(path)")
            }
        }
    }

    /// The request that makes or removes what a debt names; nil when its device is gone.
    static func request(_ debt: NetworkDebt, adds: Bool, _ host: inout NetlinkSocket) throws(KernelError) -> NetlinkRequest? {
        switch debt {
        case .neighborProxy(let link, let address):
            guard let index = try host.link(named: link)?.index else { return nil }
            return adds ? NeighborProxy.request(address.bytes, index: index) : NeighborProxy.removal(address.bytes, index: index)
        case .route(let link, let address):
            guard let index = try host.link(named: link)?.index else { return nil }
            let route = Route(to: address.bytes, prefixLength: UInt8(address.bytes.count * 8), index: index)
            return adds ? route.request : route.removal
        default: return nil
        }
    }
}
