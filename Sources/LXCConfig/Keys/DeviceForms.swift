// SPDX-License-Identifier: Apache-2.0

extension ConfigKey {
    /// A key of one network device.
    static func device(
        _ name: String, historic: [String] = [], form: Form = .scalar, _ unit: Unit, _ documentation: String,
        set: @escaping @Sendable (inout NetworkSettings, inout KeyInput) throws(ValueProblem) -> Void,
        get: @escaping @Sendable (NetworkSettings) -> String, clear: @escaping @Sendable (inout NetworkSettings) -> Void
    ) -> ConfigKey {
        ConfigKey(
            name, historic: historic, form, unit, documentation,
            Access(
                set: { (config, input) throws(ValueProblem) in
                    try config.editNetwork(input.place) { (device) throws(ValueProblem) in try set(&device, &input) }
                },
                get: { config, place in config.network(place).map(get) },
                clear: { config, place in
                    guard let position = config.networks.firstIndex(where: { $0.index == place.index }) else { return }
                    clear(&config.networks[position])
                }))
    }
}

extension ContainerConfig {
    /// The device that a key names, if anything of it is set.
    func network(_ place: KeyPlace) -> NetworkSettings? { networks.first { $0.index == place.index } }

    /// Changes the device that a key names; the first key of a device makes it, whichever key that is.
    mutating func editNetwork(_ place: KeyPlace, _ change: (inout NetworkSettings) throws(ValueProblem) -> Void) throws(ValueProblem) {
        guard let index = place.index else { throw ValueProblem("the number of the device is missing", hint: "write lxc.net.0. and so on") }
        // Searched from the end: lines about one device usually stand together, the newest device last. A plain loop, because the
        // collection algorithms need the metadata of an optional device, which costs more than all of the parsing.
        var position = networks.count
        while position > 0, networks[position - 1].index >= index {
            position -= 1
            if networks[position].index == index { return try change(&networks[position]) }
        }
        if networks.count >= 1024 { throw ValueProblem("more than 1024 network devices") }
        var device = NetworkSettings(index: index)
        try change(&device)
        if position == networks.count { networks.append(device) } else { insert(device, at: position) }
    }

    @inline(never)
    private mutating func insert(_ device: NetworkSettings, at position: Int) { networks.insert(device, at: position) }

    /// The number that a new device gets: one more than the largest in use.
    var nextNetworkIndex: Int { networks.isEmpty ? 0 : networks[networks.count - 1].index + 1 }
}
