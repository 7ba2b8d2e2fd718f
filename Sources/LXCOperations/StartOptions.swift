// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// How a container is started.
package struct StartOptions: Sendable, Equatable {
    /// The program that the user called, for messages.
    package var program = "lxc-start"
    /// Replaces init, or with ``runsUnderInit`` the command that runs.
    package var command: [String] = []
    /// Whether the command runs under lxc-init (`lxc-execute`).
    package var runsUnderInit = false
    package var isForeground = false
    package var pidFile: String?
    package var consolePath: String?
    package var consoleLog: String?
    /// `KEY=VALUE`, applied after the file.
    package var definitions: [String] = []
    package var user: UInt32?
    package var group: UInt32?
    package var logFile: String?
    package var logLevel: LogLevel?
    package var isQuiet = false
    /// Whether the calling process ends as soon as the container runs. A caller that lives on would have to collect the supervisor.
    package var callerEnds = false

    package init() {}
}
