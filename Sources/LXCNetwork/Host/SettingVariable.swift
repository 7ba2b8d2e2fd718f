// SPDX-License-Identifier: Apache-2.0
import LXCConfig

/// One variable of the settings files with its value and its place.
struct SettingVariable {
    let name: String
    let value: String
    /// nil when it has its default.
    let origin: ConfigOrigin?

    init(_ name: String, _ variables: [String: Sourced<String>]) {
        self.name = name
        let set = variables[name] ?? Self.defaults[name]
        value = set?.value ?? ""
        origin = set.flatMap { $0.origin.file.isEmpty ? nil : $0.origin }
    }

    /// What each variable is without a file. Files may refer to these.
    static let defaults: [String: Sourced<String>] = [
        "USE_LXC_BRIDGE": Sourced("true"), "LXC_BRIDGE": Sourced("lxcbr0"), "LXC_BRIDGE_MAC": Sourced("00:16:3e:00:00:00"),
        "LXC_ADDR": Sourced("10.0.3.1"), "LXC_NETMASK": Sourced("255.255.255.0"), "LXC_NETWORK": Sourced("10.0.3.0/24"),
        "LXC_DHCP_RANGE": Sourced("10.0.3.2,10.0.3.254"), "LXC_DHCP_MAX": Sourced("253"), "LXC_DHCP_CONFILE": Sourced(""),
        "LXC_DHCP_PING": Sourced("true"), "LXC_DOMAIN": Sourced(""), "LXC_USE_NFT": Sourced("true"), "LXC_IPV6_ADDR": Sourced(""),
        "LXC_IPV6_MASK": Sourced(""), "LXC_IPV6_NETWORK": Sourced(""), "LXC_IPV6_NAT": Sourced("false"),
    ]

    func failure(_ reason: String, _ hint: String) -> HostNetworkFailure {
        HostNetworkFailure("cannot use \(name)", reason: "\(quoted(value)) \(reason)", variable: name, origin: origin, hint: hint)
    }

    /// `true` or `false`; nothing at all means false, as a shell's comparison takes it.
    var flag: Bool {
        get throws(HostNetworkFailure) {
            switch value {
            case "true": return true
            case "false", "": return false
            default: throw failure("is neither true nor false", "write true or false")
            }
        }
    }

    func number(in range: ClosedRange<Int>) throws(HostNetworkFailure) -> Int {
        guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(value), range.contains(number) else {
            throw failure("is no number between \(range.lowerBound) and \(range.upperBound)", "write one, without a sign")
        }
        return number
    }

    /// A name that the kernel takes for a network device, and that means nothing else to nft and dnsmasq.
    var interfaceName: String {
        get throws(HostNetworkFailure) {
            let isPlain = value.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || [0x2D, 0x2E, 0x5F].contains(byte)
            }
            guard isPlain, (1...15).contains(value.utf8.count), !value.hasPrefix("-"), value != ".", value != ".." else {
                throw failure("is no name of a bridge", "write 1 to 15 letters and digits, such as lxcbr0")
            }
            return value
        }
    }

    var hardwareAddress: [UInt8] {
        get throws(HostNetworkFailure) {
            do { return try HardwareAddress(parsing: value).bytes } catch {
                throw HostNetworkFailure("cannot use \(name)", reason: error.reason, variable: name, origin: origin, hint: error.hint)
            }
        }
    }

    /// An absolute path; nil for none.
    var path: String? {
        get throws(HostNetworkFailure) {
            if value.isEmpty { return nil }
            guard value.hasPrefix("/") else { throw failure("is no absolute path", "write the whole path") }
            return value
        }
    }

    /// A domain of letters, digits, dashes and dots; nil for none.
    var domain: String? {
        get throws(HostNetworkFailure) {
            if value.isEmpty { return nil }
            let isPlain = value.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || [0x2D, 0x2E, 0x5F].contains(byte)
            }
            guard isPlain, !value.hasPrefix("-"), value.utf8.count <= 253 else { throw failure("is no domain", "write one such as lxc") }
            return value
        }
    }
}
