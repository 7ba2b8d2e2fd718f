// SPDX-License-Identifier: Apache-2.0

/// `lxc.start.*`
enum StartKeys {
    static let all: [ConfigKey] = [
        .flag("lxc.start.auto", "lxc-autostart starts the container.", get: { $0.start.auto }, set: { $0.start.auto = $1 }),
        .number(
            "lxc.start.delay", .seconds, in: 0...Int(Int32.max), "Seconds that lxc-autostart waits after starting the container.",
            get: { $0.start.delay }, set: { $0.start.delay = $1 ?? 0 }),
        .number(
            "lxc.start.order", in: Int(Int32.min)...Int(Int32.max), "Place in the order of lxc-autostart; may be negative.",
            get: { $0.start.order }, set: { $0.start.order = $1 ?? 0 }),
    ]
}
