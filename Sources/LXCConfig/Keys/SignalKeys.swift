// SPDX-License-Identifier: Apache-2.0

/// `lxc.signal.*`
enum SignalKeys {
    static let all: [ConfigKey] = [
        row(
            "lxc.signal.halt", historic: ["lxc.haltsignal"], "Signal that asks init for a clean shutdown; usually SIGPWR.",
            get: { $0.process.haltSignal }, set: { $0.process.haltSignal = $1 }),
        row(
            "lxc.signal.reboot", historic: ["lxc.rebootsignal"], "Signal that asks init for a reboot; usually SIGINT.",
            get: { $0.process.rebootSignal }, set: { $0.process.rebootSignal = $1 }),
        row(
            "lxc.signal.stop", historic: ["lxc.stopsignal"], "Signal that ends the container at once; usually SIGKILL.",
            get: { $0.process.stopSignal }, set: { $0.process.stopSignal = $1 }),
    ]

    private static func row(
        _ name: String, historic: [String], _ documentation: String, get: @escaping @Sendable (ContainerConfig) -> Int32?,
        set: @escaping @Sendable (inout ContainerConfig, Int32?) -> Void
    ) -> ConfigKey {
        .parsed(
            name, historic: historic, .signal, documentation,
            parse: { (text) throws(ValueProblem) in try SignalName.parse(text) }, get: { String(get($0) ?? 0) }, set: set)
    }
}
