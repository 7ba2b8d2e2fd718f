// SPDX-License-Identifier: Apache-2.0

/// `lxc.time.offset.*`
enum TimeKeys {
    static let all: [ConfigKey] = [
        .parsed(
            "lxc.time.offset.boot", .text, "Offset of the container's boot time clock, with unit h, m, s, ms, us or ns.",
            parse: { (text) throws(ValueProblem) in try TimeOffset.parse(text) },
            get: { TimeOffset.text($0.namespaces.timeOffsetBoot) }, set: { $0.namespaces.timeOffsetBoot = $1 ?? 0 }),
        .parsed(
            "lxc.time.offset.monotonic", .text, "Offset of the container's monotonic clock, with unit h, m, s, ms, us or ns.",
            parse: { (text) throws(ValueProblem) in try TimeOffset.parse(text) },
            get: { TimeOffset.text($0.namespaces.timeOffsetMonotonic) }, set: { $0.namespaces.timeOffsetMonotonic = $1 ?? 0 }),
    ]
}
