// SPDX-License-Identifier: Apache-2.0

/// The status a tool ends with, 0 to 255.
package struct ExitCode: Sendable, Equatable {
    package let rawValue: Int32

    package init(_ rawValue: Int32) { self.rawValue = rawValue }

    package static let success = ExitCode(0)
    package static let failure = ExitCode(1)
    /// `lxc-stop` of a container that does not run; `lxc-autostart` when some failed.
    package static let partial = ExitCode(2)
    /// `lxc-attach` of a program that is no program.
    package static let notExecutable = ExitCode(126)
    /// `lxc-attach` of a program that does not exist.
    package static let notFound = ExitCode(127)

    /// The status of a program that a signal ended.
    package static func signal(_ number: Int32) -> ExitCode { ExitCode(128 &+ number) }
}
