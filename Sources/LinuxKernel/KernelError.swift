// SPDX-License-Identifier: Apache-2.0

/// A system call that failed: which call, on what, and the kernel's reason.
package struct KernelError: Error, Sendable, Equatable {
    /// The system call, spelled as in its manual page, for example `openat2`.
    package let call: String
    /// The kernel's reason.
    package let errno: Errno
    /// What the call was asked to work on, for example a path.
    package let subject: String
    /// What the kernel says about it beyond the number, where it does (netlink's extended acknowledgements).
    package let explanation: String?

    package init(call: String, errno: Errno, subject: String, explanation: String? = nil) {
        self.call = call
        self.errno = errno
        self.subject = subject
        self.explanation = explanation
    }

    /// The kernel's reason in words, lower case, as users read it: `no such file or directory`.
    package var reason: String {
        let words = Self.lowered(errno.description) ?? "error \(errno.rawValue)"
        guard let explanation = explanation.flatMap(Self.lowered) else { return words }
        // The words of ETIMEDOUT speak of a connection, which a wait of our own has none of.
        return errno == .timedOut ? explanation : "\(explanation) (\(words))"
    }

    /// The reason as the end of a sentence that says what was being done: what the call worked on stands before it, unless the sentence
    /// names that already.
    package func reason(after sentence: String) -> String {
        // What is open under a number is known to this process alone.
        let isKnown = subject.isEmpty || subject.holds("descriptor ") || sentence.holds(subject)
        return isKnown ? reason : "\(subject): \(reason)"
    }

    /// As ``reason(after:)``, for sentences about something larger: only a path says more to users than the sentence does.
    package func reasonWithPath(after sentence: String) -> String {
        subject.hasPrefix("/") ? reason(after: sentence) : reason
    }

    private static func lowered(_ text: String) -> String? {
        guard let first = text.first else { return nil }
        // "RTM..." style words keep their capitals; only an ordinary sentence start is lowered.
        return text.dropFirst().first?.isUppercase == true ? text : first.lowercased() + text.dropFirst()
    }
}

extension KernelError: CustomStringConvertible {
    package var description: String { "\(call) \(subject): \(reason)" }
}
