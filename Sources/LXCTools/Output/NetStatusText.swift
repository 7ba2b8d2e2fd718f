// SPDX-License-Identifier: Apache-2.0
import LXCNetwork

/// What `lxc-net status` prints.
enum NetStatusText {
    /// For people.
    static func lines(_ status: HostNetwork.Status) -> [String] {
        var lines = ["lxc-net is \(word(status.state))"]
        let device =
            switch status.isUp {
            case .some(let isUp): "\(isUp ? "up" : "down"), \(status.ports.count) \(status.ports.count == 1 ? "interface" : "interfaces")"
            case .none: "missing"
            }
        lines.append("bridge:    \(status.bridge), \(device)")
        lines.append("addresses: \(status.addresses.isEmpty ? "none" : status.addresses.joined(separator: " "))")
        lines.append("dnsmasq:   \(status.dnsmasq.map { "process \($0)" } ?? "not running")")
        let filter = status.filter.map { " (\($0))" } ?? ""
        switch status.isTranslating {
        case .some(true): lines.append("NAT:       on\(filter)")
        case .some(false): lines.append("NAT:       off")
        case .none: lines.append("NAT:       only root can see that\(filter)")
        }
        return lines
    }

    /// For programs.
    static func json(_ status: HostNetwork.Status) -> JSONValue {
        .document([
            .init("state", .string(word(status.state))),
            .init("bridge", .string(status.bridge)),
            .init("up", status.isUp.map { .boolean($0) } ?? .null),
            .init("interfaces", .array(status.ports.map { .string($0) })),
            .init("addresses", .array(status.addresses.map { .string($0) })),
            .init("dnsmasq", .optional(status.dnsmasq)),
            .init("nat", status.isTranslating.map { .boolean($0) } ?? .null),
            .init("filter", .optional(status.filter)),
        ])
    }

    private static func word(_ state: HostNetwork.Status.State) -> String {
        switch state {
        case .running: "running"
        case .incomplete: "incomplete"
        case .stopped: "stopped"
        }
    }
}
