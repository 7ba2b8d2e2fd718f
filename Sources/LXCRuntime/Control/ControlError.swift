// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Why a request to a container's monitor had no result.
package enum ControlError: Error, Sendable, Equatable {
    /// Nobody listens, or the monitor went away meanwhile: the container is stopped.
    case stopped
    /// The monitor does not let us control the container.
    case notPermitted
    /// The monitor does not know the command: an older C LXC.
    case unsupported
    /// The monitor answered with this reason.
    case refused(Errno)
    /// No answer within the time limit: the monitor hangs or is stopped by a signal.
    case timedOut
    /// Somebody else listens on the container's socket name.
    case untrusted(String)
    /// The answer does not follow the protocol.
    case malformed(String)
    /// A system call failed on our side.
    case kernel(KernelError)
}

extension ControlError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .stopped: "the container is not running"
        case .notPermitted: "not allowed to control the container: insufficient privileges"
        case .unsupported: "the container's monitor is too old for this request"
        case .refused(let reason): "the container's monitor refused: \(KernelError(call: "", errno: reason, subject: "").reason)"
        case .timedOut: "the container's monitor does not answer"
        case .untrusted(let reason): "the process that listens for the container is not its monitor: \(reason)"
        case .malformed(let what): "the container's monitor answered nonsense: \(what)"
        case .kernel(let error): error.reason(after: "")
        }
    }
}

extension ControlError {
    /// The kernel's number, where the kernel is the one that said no.
    package var errno: Errno? {
        switch self {
        case .refused(let reason): reason
        case .kernel(let error): error.errno
        case .stopped, .notPermitted, .unsupported, .timedOut, .untrusted, .malformed: nil
        }
    }
}

extension ControlError {
    /// Runs kernel calls and wraps their failure.
    package static func wrapping<Result: ~Copyable>(_ body: () throws(KernelError) -> Result) throws(ControlError) -> Result {
        do { return try body() } catch { throw .kernel(error) }
    }
}
