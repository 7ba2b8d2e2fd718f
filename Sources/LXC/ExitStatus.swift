// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// How a process ended.
public enum ExitStatus: Sendable, Hashable {
    /// It returned this status, 0 to 255.
    case exited(Int32)
    /// This signal ended it.
    case signaled(Int32)

    init(waitStatus: Int32) {
        self =
            switch LinuxKernel.ExitStatus(waitStatus: waitStatus) {
            case .exited(let status): .exited(status)
            case .signaled(let signal): .signaled(signal)
            }
    }

    /// Whether it returned 0.
    public var isSuccess: Bool { self == .exited(0) }

    /// The status as a shell reports it: the exit status, or 128 plus the signal.
    public var shellCode: Int32 {
        switch self {
        case .exited(let status): status
        case .signaled(let signal): 128 + signal
        }
    }
}

extension ExitStatus: CustomStringConvertible {
    /// In words: `ended with status 3`.
    public var description: String {
        switch self {
        case .exited(let status): "ended with status \(status)"
        case .signaled(let signal): "was killed by signal \(signal)"
        }
    }
}
