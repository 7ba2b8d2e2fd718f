// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// What a tool did: everything a test can look at from outside.
package struct ToolResult: Sendable, CustomStringConvertible {
    /// The command line, for messages.
    package let command: String
    package let output: String
    package let error: String
    package let status: ExitStatus
    /// How long it took, from start to end.
    package let duration: Duration

    /// The status as a shell reports it.
    package var code: Int32 { status.shellCode }
    /// The lines of standard output.
    package var lines: [String] {
        output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast(output.hasSuffix("\n") ? 1 : 0)
    }

    package var description: String {
        var text = "$ \(command)\n\(status)"
        if !output.isEmpty { text += "\nstandard output:\n\(output)" }
        if !error.isEmpty { text += "\nstandard error:\n\(error)" }
        return text
    }
}

/// A test's own machinery failed, or a step that must succeed did not.
package struct FixtureFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
