// SPDX-License-Identifier: Apache-2.0
package import LXCCgroups
import LinuxKernel

/// The device rules of a running container on cgroup v2, which keeps none itself: the list, and the program made of it.
final class DeviceFilter {
    private(set) var rules: [DeviceRule] = []
    private var program: DeviceProgram?

    /// More than any list of a person; the kernel's limit is a million instructions, of which a rule has at most nine.
    private static let limit = 4096

    /// Adds rules; processes in the cgroup feel all of them at once.
    ///
    /// - Parameters:
    ///   - added: In their order.
    ///   - cgroup: The container's outer cgroup.
    /// - Throws: ``KernelError``; the rules before are in force then.
    func add(_ added: [DeviceRule], on cgroup: borrowing CgroupDirectory) throws(KernelError) {
        var next = rules
        for rule in added {
            // What was said about the same thing before does not count any more.
            next.removeAll { rule.kind == .all || $0.isAbout(rule) }
            next.append(rule)
        }
        guard next.count <= Self.limit else { throw KernelError(call: "bpf", errno: .noSpace, subject: "\(next.count) device rules") }
        let new = try DeviceProgram(DeviceFilterCode.program(next))
        try new.attach(to: cgroup.descriptor, replacing: program)
        program = new
        rules = next
    }
}

extension DeviceRule {
    /// The rule that a message of the control socket stands for; nil when its letters are none.
    init?(_ message: DeviceRuleMessage) {
        guard let access = Self.access(message.access) else { return nil }
        self.init(
            kind: message.kind, major: UInt32(exactly: message.major), minor: UInt32(exactly: message.minor),
            access: message.kind == .all ? .all : access, isAllowed: message.isAllowed)
    }

    /// Whether another rule says something else about the very same requests.
    fileprivate func isAbout(_ other: DeviceRule) -> Bool {
        kind == other.kind && major == other.major && minor == other.minor && other.access.isSuperset(of: access)
    }
}

extension DeviceRuleMessage {
    /// The message that asks for a rule.
    package init(_ rule: DeviceRule) {
        var letters = ""
        if rule.access.contains(.read) { letters += "r" }
        if rule.access.contains(.write) { letters += "w" }
        if rule.access.contains(.make) { letters += "m" }
        self.init(
            kind: rule.kind, major: rule.major.map { Int32(clamping: $0) } ?? -1, minor: rule.minor.map { Int32(clamping: $0) } ?? -1,
            access: letters, isAllowed: rule.isAllowed)
    }
}
