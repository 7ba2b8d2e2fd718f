// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A POSIX extended regular expression.
///
/// Library call: `regcomp(3)`, `regexec(3)`.
package final class RegularExpression {
    /// Why a pattern is no regular expression, in the C library's words.
    package struct Malformed: Error, Equatable {
        package let pattern: String
        package let reason: String
    }

    private let compiled: UnsafeMutableRawPointer

    /// Compiles a pattern.
    ///
    /// - Throws: ``Malformed`` with the C library's reason.
    package init(_ pattern: String) throws(Malformed) {
        var reason = [CChar](repeating: 0, count: 200)
        let result = pattern.withKernelString { clinux_regex_compile($0, &reason, reason.count) }
        guard let result else {
            let words = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw Malformed(pattern: pattern, reason: String(kernelBytes: words))
        }
        compiled = result
    }

    deinit { clinux_regex_free(compiled) }

    /// Whether the expression matches somewhere in the text.
    package func matches(_ text: String) -> Bool {
        text.withKernelString { clinux_regex_matches(compiled, $0) } != 0
    }
}
