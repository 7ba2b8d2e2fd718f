// SPDX-License-Identifier: Apache-2.0

/// `lxc.sched.core`
enum SchedKeys {
    static let all: [ConfigKey] = [
        .flag(
            "lxc.sched.core", "Run only this container's tasks together on one physical core.",
            get: { $0.process.coreScheduling }, set: { $0.process.coreScheduling = $1 })
    ]
}
