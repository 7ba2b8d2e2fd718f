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
        // Searched from the end: lines about one device usually stand together, the newest device last.
        if let position = networks.lastIndex(where: { $0.index == index }) {
            try change(&networks[position])
            return
        }
        if networks.count >= 1024 { throw ValueProblem("more than 1024 network devices") }
        var device = NetworkSettings(index: index)
        try change(&device)
        networks.insert(device, at: networks.firstIndex { $0.index > index } ?? networks.count)
    }

    /// The number that a new device gets: one more than the largest in use.
    var nextNetworkIndex: Int { (networks.last?.index ?? -1) + 1 }
}
