// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// A policy file for system calls (`lxc.seccomp.profile`), versions 1 and 2: lxc.container.conf(5).
package struct SeccompPolicy: Sendable, Equatable {
    /// What happens to a call.
    package enum Action: Sendable, Equatable {
        case kill
        case allow
        case trap
        /// Fails with this number.
        case errno(UInt16)
        /// Is decided by another program.
        case notify
    }

    /// A condition on one argument of a call.
    package struct Condition: Sendable, Equatable {
        /// In libseccomp's order, from 1.
        package enum Comparison: Int32, Sendable { case notEqual = 1, less, lessOrEqual, equal, greaterOrEqual, greater, maskedEqual }

        /// 0 to 5
        package let index: UInt32
        package let value: UInt64
        package let comparison: Comparison
        /// For ``Comparison/maskedEqual``: the bits that count.
        package let mask: UInt64
    }

    /// Whose calls a rule is about.
    package enum Scope: Sendable, Equatable {
        /// Every way in which programs of this machine call the kernel.
        case all
        /// One of them, by libseccomp's name.
        case one(String)
    }

    /// One line of a policy.
    package struct Rule: Sendable, Equatable {
        /// Name or number of the call.
        package let call: String
        package let action: Action
        package let conditions: [Condition]
        package let scope: Scope
        /// Its line in the file, from 1.
        package let line: Int
    }

    /// What happens to calls without a rule.
    package let defaultAction: Action
    package let rules: [Rule]
    /// Version 1: the rules are numbers of the machine's own calls, and no other way to call the kernel is open.
    package let isNumeric: Bool

    /// Whether some call is decided by another program.
    package var notifies: Bool { defaultAction == .notify || rules.contains { $0.action == .notify } }

    /// Reads a policy.
    ///
    /// - Parameters:
    ///   - text: Content of the file.
    ///   - file: Its path, for errors.
    /// - Throws: ``SeccompProblem`` that names the line.
    package init(_ text: String, file: String) throws(SeccompProblem) {
        var reader = SeccompPolicyReader(file: file)
        // Some editors end lines as on other systems.
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0.isNewline }) { try reader.take(line) }
        (defaultAction, rules, isNumeric) = try reader.finish()
    }
}

/// Why a policy cannot be used.
package struct SeccompProblem: Error, Sendable, Equatable {
    package let reason: String
    /// `FILE:LINE`, or the file alone.
    package let place: String
    package let hint: String?

    init(_ reason: String, at place: String, hint: String? = nil) {
        self.reason = reason
        self.place = place
        self.hint = hint
    }
}
