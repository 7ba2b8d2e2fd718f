// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// What must be undone on the host when a container ends, however it ends; what goes by itself with the container's network
/// namespace (a veth, its routes, a macvlan) is none.
package enum NetworkDebt: Sendable, Equatable {
    /// A device of the host that is in the container, with what it was like before.
    case physical(PhysicalDeviceRecord)
    /// Where in the container that device is now.
    case physicalInside(name: String, index: UInt32)
    /// A file that keeps the container's network namespace alive until the devices are back.
    case namespace(path: String)
    /// A device of the host answers for an address of the container.
    case neighborProxy(link: String, address: IPAddress)
    /// The host routes an address of the container to a device of its own (ipvlan).
    case route(link: String, address: IPAddress)
    /// A port of an Open vSwitch bridge.
    case openVSwitchPort(bridge: String, port: String)
    /// The `script.down` of a device, by the number in its key, whose `script.up` has begun. Whoever runs hooks pays it.
    case script(device: Int, hostEnd: String?)

    /// Whether it serves to bring a device of the host back.
    var isAboutDevice: Bool {
        switch self {
        case .physical, .physicalInside, .namespace: true
        case .neighborProxy, .route, .openVSwitchPort, .script: false
        }
    }

    /// One line without line breaks, as ``init(line:)`` reads it. Names of devices hold neither blanks nor slashes.
    package var line: String {
        switch self {
        case .physical(let record): "phys \(record.text)"
        case .physicalInside(let name, let index): "inside \(name) \(index)"
        case .namespace(let path): "namespace \(path)"
        case .neighborProxy(let link, let address): "proxy \(link) \(address)"
        case .route(let link, let address): "route \(link) \(address)"
        case .openVSwitchPort(let bridge, let port): "ovs \(bridge) \(port)"
        case .script(let device, let hostEnd): "script \(device) \(hostEnd ?? "-")"
        }
    }

    /// Reads a line; nil for anything else, for example one that a full disk cut short.
    package init?(line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let kind = words.first, words.count >= 2 else { return nil }
        switch kind {
        case "phys":
            guard let record = PhysicalDeviceRecord(words: Array(words.dropFirst())) else { return nil }
            self = .physical(record)
        case "namespace": self = .namespace(path: words.dropFirst().joined(separator: " "))
        case "inside":
            guard words.count == 3, let index = UInt32(words[2]) else { return nil }
            self = .physicalInside(name: words[1], index: index)
        case "proxy", "route":
            guard words.count == 3, let address = IPAddress(ipv4: words[2]) ?? IPAddress(ipv6: words[2]) else { return nil }
            self = kind == "proxy" ? .neighborProxy(link: words[1], address: address) : .route(link: words[1], address: address)
        case "ovs":
            guard words.count == 3 else { return nil }
            self = .openVSwitchPort(bridge: words[1], port: words[2])
        case "script":
            guard words.count == 3, let device = Int(words[1]) else { return nil }
            self = .script(device: device, hostEnd: words[2] == "-" ? nil : words[2])
        default: return nil
        }
    }
}
