// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LXCRuntime
package import LinuxKernel

/// Why an operation on a container failed: for programs a code, for people the whole story.
package struct LXCError: Error, Sendable, Equatable {
    /// What kind of failure it is.
    package struct Code: Sendable, Hashable {
        package let rawValue: String

        /// The container does not exist.
        package static let notDefined = Code(rawValue: "not-defined")
        package static let alreadyDefined = Code(rawValue: "already-defined")
        package static let notRunning = Code(rawValue: "not-running")
        package static let alreadyRunning = Code(rawValue: "already-running")
        /// The caller may not control the container.
        package static let notPermitted = Code(rawValue: "not-permitted")
        /// The configuration cannot be used.
        package static let invalidConfiguration = Code(rawValue: "invalid-configuration")
        package static let invalidName = Code(rawValue: "invalid-name")
        /// Somebody is creating the container, or somebody died doing so.
        package static let unfinishedCreation = Code(rawValue: "unfinished-creation")
        package static let timedOut = Code(rawValue: "timed-out")
        package static let templateFailed = Code(rawValue: "template-failed")
        package static let failed = Code(rawValue: "failed")
    }

    package let code: Code
    package let failure: OperationFailure

    package init(_ code: Code, _ failure: OperationFailure) {
        self.code = code
        self.failure = failure
    }

    package init(_ code: Code, _ what: String, reason: String, hint: String? = nil) {
        self.init(code, OperationFailure(what, reason: reason, hint: hint))
    }

    package init(_ problem: ConfigProblem) { self.init(.invalidConfiguration, OperationFailure(problem)) }

    package init(_ what: String, _ error: KernelError, hint: String? = nil) {
        self.init(
            .failed, OperationFailure(what, reason: error.reasonWithPath(after: what), errno: error.errno.rawValue, hint: hint))
    }

    /// A question that a supervisor has not answered, and what it was asked for.
    package init(_ what: String, _ error: ControlError) {
        let code: Code =
            switch error {
            case .stopped: .notRunning
            case .notPermitted: .notPermitted
            case .timedOut: .timedOut
            default: .failed
            }
        let hint = error == .notPermitted ? "run it as the container's owner, or as root" : nil
        self.init(code, OperationFailure(what, reason: error.description, errno: error.errno?.rawValue ?? 0, hint: hint))
    }
}

extension LXCError: CustomStringConvertible {
    package var description: String { failure.lines.joined(separator: "\n") }
}
