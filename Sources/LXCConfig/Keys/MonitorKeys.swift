// SPDX-License-Identifier: Apache-2.0

/// `lxc.monitor.*`
enum MonitorKeys {
    static let all: [ConfigKey] = [
        .flag(
            "lxc.monitor.unshare", "Give the monitor a mount namespace of its own.",
            get: { $0.process.monitorUnshare }, set: { $0.process.monitorUnshare = $1 }),
        ConfigKey(
            "lxc.monitor.signal.pdeath", .scalar, .signal,
            "Signal for the container's init when its monitor dies; 0 or nothing for none.",
            ConfigKey.Access(
                set: { (config, input) throws(ValueProblem) in
                    config.process.parentDeathSignal = input.value == "0" ? 0 : try SignalName.parse(input.value)
                },
                get: { config, _ in String(config.process.parentDeathSignal ?? 9) },
                clear: { config, _ in config.process.parentDeathSignal = 0 })),
    ]
}
