// SPDX-License-Identifier: Apache-2.0

extension ContainerConfig {
    /// Builds settings again from the entries of others, for example those that another process sent.
    ///
    /// - Throws: ``ConfigProblem`` when an entry is not valid; entries of a configuration that was read always are.
    package init(entries: [ConfigEntry]) throws(ConfigProblem) {
        var builder = ConfigBuilder()
        for entry in entries { try builder.apply(entry) }
        self = builder.config
    }

    /// The value of a key as C LXC's `get_config_item` returns it, by its current or a historic name.
    ///
    /// - Returns: Nil for a key that is not known or cannot be read; an empty text for one that is not set.
    package func value(of key: String) -> String? {
        if key.hasPrefix("lxc.x-") { return entries.last { $0.key == key }?.value ?? "" }
        guard let match = KeyRegistry.find(key), !match.needsSection else { return nil }
        return match.key.access.get(self, match.place)
    }

    /// The names below a key as C LXC's `get_keys` returns them.
    ///
    /// - Parameter key: Empty for the names of all keys; `lxc.net.N` for the keys that a device of its kind has; the beginning of
    ///   a name (`lxc.hook`) for the rest of the names; a tree (`lxc.sysctl`) for what is set below it.
    /// - Returns: Nil when nothing lies below.
    package func keys(under key: String) -> [String]? {
        let rows = KeyRegistry.keys
        if key.isEmpty {
            return rows.filter { $0.form != .retired && !$0.name.hasPrefix("lxc.net.N.") && $0.name != "lxc.rootfs.backend" }.map {
                $0.name
            }
        }
        let match = KeyRegistry.find(key)
        if let match, match.key.name == "lxc.net" {
            guard match.place.index != nil else { return networks.map { String($0.index) } }
            return network(match.place).map(Self.deviceKeys)
        }
        var names = rows.filter { $0.name.hasPrefix(key + ".") }.map { String($0.name.dropFirst(key.utf8.count + 1)) }
        if let match, match.key.form == .tree, match.place.rest.isEmpty { names += match.key.access.subKeys(self) }
        return names.isEmpty ? nil : names
    }

    /// In the order of C LXC, its own additions behind.
    private static func deviceKeys(_ device: NetworkSettings) -> [String] {
        var names = ["type", "script.up", "script.down"]
        let type = device.type?.value ?? "empty"
        if type == "empty" { return names }
        names += ["flags", "link", "name", "hwaddr", "mtu", "ipv6.address", "ipv6.gateway", "ipv4.address", "ipv4.gateway"]
        switch type {
        case "veth":
            names += [
                "veth.pair", "veth.ipv4.route", "veth.ipv6.route", "veth.vlan.id", "veth.mode", "veth.n_rxqueues", "veth.n_txqueues",
                "veth.vlan.tagged.id", "l2proxy",
            ]
        case "macvlan": names += ["macvlan.mode"]
        case "ipvlan": names += ["ipvlan.mode", "ipvlan.isolation", "l2proxy"]
        case "vlan": names += ["vlan.id"]
        default: break
        }
        return names
    }
}
