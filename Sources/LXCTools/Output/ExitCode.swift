// SPDX-License-Identifier: Apache-2.0

/// The status a tool ends with, 0 to 255.
package struct ExitCode: Sendable, Equatable {
    package let rawValue: Int32

    package init(_ rawValue: Int32) { self.rawValue = rawValue }

    package static let success = ExitCode(0)
    package static let failure = ExitCode(1)
    /// `lxc-stop` of a container that does not run; `lxc-autostart` when some failed.
    package static let partial = ExitCode(2)
    /// `lxc-net` of a word that it does not know.
    package static let badArgument = ExitCode(2)
    /// `lxc-net status` of a network that is stopped, as the Linux Standard Base numbers it.
    package static let serviceStopped = ExitCode(3)
    /// `lxc-attach` of a program that is no program.
    package static let notExecutable = ExitCode(126)
    /// `lxc-attach` of a program that does not exist.
    package static let notFound = ExitCode(127)

    /// The status of a program that a signal ended.
    package static func signal(_ number: Int32) -> ExitCode { ExitCode(128 &+ number) }
}
