// SPDX-License-Identifier: Apache-2.0
import CLinux

/// How a process ended.
package enum ExitStatus: Sendable, Equatable {
    /// It returned this status, 0 to 255.
    case exited(Int32)
    /// This signal ended it.
    case signaled(Int32)

    init(code: Int32, status: Int32) {
        self = code == CLD_EXITED ? .exited(status) : .signaled(status)
    }

    /// Reads a status as `wait(2)` encodes it.
    package init(waitStatus: Int32) {
        let signal = waitStatus & 0x7F
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xFF) : .signaled(signal)
    }

    /// The status as `wait(2)` encodes it.
    package var waitStatus: Int32 {
        switch self {
        case .exited(let status): (status & 0xFF) << 8
        case .signaled(let signal): signal & 0x7F
        }
    }

    /// The status as a shell reports it: the exit status, or 128 plus the signal.
    package var shellCode: Int32 {
        switch self {
        case .exited(let status): status
        case .signaled(let signal): 128 + signal
        }
    }
}

extension ExitStatus: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exited(let status): "ended with status \(status)"
        case .signaled(let signal): "was killed by signal \(signal)"
        }
    }
}
