// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Why a template could not do its work: one sentence, and what to do about it.
package struct TemplateFailure: Error, Sendable, Equatable {
    /// What went wrong, on what, and why.
    package let message: String
    /// What the user can do, if anything.
    package let advice: String?

    init(_ message: String, advice: String? = nil) {
        self.message = message
        self.advice = advice
    }

    /// A failed system call while doing something that users know by name.
    init(_ action: String, _ error: KernelError, advice: String? = nil) {
        self.init("\(action): \(error.reason(after: action))", advice: advice)
    }
}
