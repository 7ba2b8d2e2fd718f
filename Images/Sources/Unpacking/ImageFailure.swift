// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Why an image could not be used: one sentence, and what to do about it.
package struct ImageFailure: Error, Sendable, Equatable {
    /// What went wrong, on what, and why.
    package var message: String
    /// What the user can do, if anything.
    package var advice: String?

    package init(_ message: String, advice: String? = nil) {
        self.message = message
        self.advice = advice
    }

    /// A failed system call while doing something that users know by name.
    package init(_ action: String, _ error: KernelError, advice: String? = nil) {
        self.init("\(action): \(error.reason(after: action))", advice: advice)
    }

    /// The same failure as a part of something larger.
    package func during(_ action: String) -> ImageFailure { ImageFailure("\(action): \(message)", advice: advice) }
}

/// Runs system calls, and says what they were for when one fails.
package func attempt<Value: ~Copyable>(
    _ action: @autoclosure () -> String, _ body: () throws(KernelError) -> Value
) throws(ImageFailure) -> Value {
    do { return try body() } catch { throw ImageFailure(action(), error) }
}

/// Text from an image as a message may show it: no control characters, not too long.
package func shown(_ text: String, limit: Int = 120) -> String {
    var safe = ""
    for scalar in text.unicodeScalars {
        if safe.unicodeScalars.count >= limit { return "\"\(safe)...\"" }
        let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
        safe.unicodeScalars.append(isControl ? "?" : scalar)
    }
    return "\"\(safe)\""
}
