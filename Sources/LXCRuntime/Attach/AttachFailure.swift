// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Why no program ran in the container, or why it could not be waited for.
package struct AttachFailure: Error, Sendable, Equatable {
    /// What a tool tells its caller by its status.
    package enum Kind: Int, Sendable {
        case failed
        /// The container is not running, or stopped meanwhile.
        case notRunning
        case notPermitted
        /// The program does not exist in the container.
        case programNotFound
        /// The program is there but cannot be executed.
        case programNotExecutable
    }

    package let kind: Kind
    package let failure: OperationFailure

    package init(_ kind: Kind, _ failure: OperationFailure) {
        self.kind = kind
        self.failure = failure
    }

    init(_ what: String, _ error: ControlError) {
        let kind: Kind =
            switch error {
            case .stopped: .notRunning
            case .notPermitted: .notPermitted
            default: .failed
            }
        self.init(kind, OperationFailure(what, reason: error.description, errno: error.errno?.rawValue ?? 0))
    }
}

/// Runs work whose failure has no meaning of its own for the caller's status.
func attaching<Value: ~Copyable>(_ body: () throws(OperationFailure) -> Value) throws(AttachFailure) -> Value {
    do { return try body() } catch { throw AttachFailure(.failed, error) }
}
