// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A template as a program: its failure is one sentence on standard error, and status 1.
enum TemplateProgram {
    /// Runs the work of a template.
    ///
    /// - Parameters:
    ///   - name: How messages begin, for example `lxc-debian`.
    ///   - body: The work.
    /// - Returns: The program's status.
    static func run(_ name: String, _ body: () throws(TemplateFailure) -> Void) -> Int32 {
        do {
            try body()
            return 0
        } catch {
            let text = "\(name): \(error.message)\n" + (error.advice.map { "  \($0)\n" } ?? "")
            // When even standard error is closed, the exit status is all that is left to say.
            do { try StandardStream.error.write(text) } catch {}
            return 1
        }
    }
}
