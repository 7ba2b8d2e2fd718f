// SPDX-License-Identifier: Apache-2.0

extension ContainerConfig {
    /// Checks what no single key can: settings that contradict or need each other.
    ///
    /// Reading a file does not ask this, because programs set one key after the other; a start does.
    ///
    /// - Throws: ``ConfigProblem`` at the line of the setting that cannot be.
    package func checkConsistency() throws(ConfigProblem) {
        for network in networks { try check(network) }
        try checkCgroupDirectories()
    }

    private func check(_ network: NetworkSettings) throws(ConfigProblem) {
        let prefix = "lxc.net.\(network.index)."
        guard let type = network.type else {
            let origin = entries.last { $0.key.hasPrefix(prefix) }?.origin ?? ConfigOrigin()
            throw ConfigProblem(
                .badValue, at: origin, key: prefix + "type", "the network device has no type",
                hint: "add \(prefix)type = veth, or another type")
        }
        if ["macvlan", "ipvlan", "vlan", "phys"].contains(type.value), network.link == nil {
            throw ConfigProblem(
                .badValue, at: type.origin, key: prefix + "type", "a device of type \(type.value) needs a device of the host",
                hint: "add \(prefix)link = NAME")
        }
        if type.value == "vlan", network.vlanID == nil {
            throw ConfigProblem(
                .badValue, at: type.origin, key: prefix + "type", "a device of type vlan needs its number",
                hint: "add \(prefix)vlan.id = NUMBER")
        }
        guard let name = network.name, !name.contains("%"),
            let other = networks.first(where: { $0.index < network.index && $0.name == name })
        else { return }
        let place = origin(of: "lxc.net.\(other.index).name").map { " at \($0)" } ?? ""
        throw ConfigProblem(
            .badValue, at: origin(of: prefix + "name") ?? type.origin, key: prefix + "name",
            "device \(other.index) has the name \(quoted(name)) too\(place)", hint: "give each device its own name")
    }

    private func checkCgroupDirectories() throws(ConfigProblem) {
        let pairs = [("lxc.cgroup.dir.container", cgroup.containerDirectory), ("lxc.cgroup.dir.monitor", cgroup.monitorDirectory)]
        for (index, (key, value)) in pairs.enumerated() where value != nil {
            let origin = origin(of: key) ?? ConfigOrigin()
            if cgroup.directory != nil {
                throw ConfigProblem(.badValue, at: origin, key: key, "cannot go with lxc.cgroup.dir", hint: "remove one of the two")
            }
            let partner = pairs[1 - index]
            if partner.1 == nil {
                throw ConfigProblem(.badValue, at: origin, key: key, "needs \(partner.0) too", hint: "add \(partner.0) = PATH")
            }
        }
    }
}
