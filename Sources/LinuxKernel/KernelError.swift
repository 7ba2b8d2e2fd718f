// SPDX-License-Identifier: Apache-2.0

/// A system call that failed: which call, on what, and the kernel's reason.
package struct KernelError: Error, Sendable, Equatable {
    /// The system call, spelled as in its manual page, for example `openat2`.
    package let call: String
    /// The kernel's reason.
    package let errno: Errno
    /// What the call was asked to work on, for example a path.
    package let subject: String

    package init(call: String, errno: Errno, subject: String) {
        self.call = call
        self.errno = errno
        self.subject = subject
    }

    /// The kernel's reason in words, lower case, as users read it: `no such file or directory`.
    package var reason: String {
        let text = errno.description
        guard let first = text.first else { return "error \(errno.rawValue)" }
        // "RTM..." style words keep their capitals; only an ordinary sentence start is lowered.
        let second = text.dropFirst().first
        return second?.isUppercase == true ? text : first.lowercased() + text.dropFirst()
    }
}

extension KernelError: CustomStringConvertible {
    package var description: String { "\(call) \(subject): \(reason)" }
}
