// SPDX-License-Identifier: Apache-2.0

/// The text form of resource limits: `SOFT[:HARD]`, `unlimited`.
package enum ResourceLimitText {
    /// Names as in prlimit(1).
    package static let names = [
        "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime",
        "sigpending", "stack",
    ]

    /// Reads the value of `lxc.prlimit.NAME`.
    package static func parse(name: String, _ text: String, origin: ConfigOrigin) throws(ValueProblem) -> ResourceLimitSetting {
        if !names.contains(name) {
            // try?: a name that is no number either gets a message about names, not about numbers.
            guard (try? DecimalNumber.parse(name, in: 0...63)) != nil else {
                throw ValueProblem("there is no resource limit \(quoted(name))", hint: "names: \(names.joined(separator: " "))")
            }
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { ConfigText.trimmed(String($0)) }
        guard parts.count <= 2, let first = parts.first, let last = parts.last else {
            throw ValueProblem("\(quoted(text)) is not SOFT or SOFT:HARD")
        }
        let soft = try limit(first)
        let hard = try limit(last)
        guard soft <= hard else { throw ValueProblem("the soft limit \(first) is above the hard limit \(last)") }
        return ResourceLimitSetting(name: name, soft: soft, hard: hard, origin: origin)
    }

    /// The limit as `SOFT:HARD`, or one number when both are equal.
    package static func text(_ limit: ResourceLimitSetting) -> String {
        limit.soft == limit.hard ? number(limit.soft) : number(limit.soft) + ":" + number(limit.hard)
    }

    private static func limit(_ text: String) throws(ValueProblem) -> UInt64 {
        if text == "unlimited" { return .max }
        return try DecimalNumber.parse(text, in: UInt64(0)...(UInt64.max - 1))
    }

    private static func number(_ limit: UInt64) -> String { limit == .max ? "unlimited" : String(limit) }
}
