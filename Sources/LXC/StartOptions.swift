// SPDX-License-Identifier: Apache-2.0
import LXCOperations

/// How a container is started.
public struct StartOptions: Sendable {
    /// Counts instead of the container's file, for this run; nil for the file.
    public var configuration: Configuration?
    /// `KEY=VALUE` each, applied behind the configuration, for this run.
    public var definitions: [String] = []
    /// Whether the command runs under a small init of ours (`lxc-execute`), and not as the container's init itself.
    public var runsUnderInit = false
    /// Gets the number of the container's supervisor.
    public var pidFile: String?
    /// What the console is connected with: a file, a terminal, or `none`.
    public var console: String?
    /// File that records what appears on the console.
    public var consoleLog: String?
    /// Ids in the container that init, or the command, has; nil for those of the configuration.
    public var user: UInt32?
    /// As ``user``, for the group.
    public var group: UInt32?

    /// A start as the configuration wants it.
    public init() {}

    /// For the process that does it.
    ///
    /// - Parameter command: Takes init's place.
    /// - Returns: The options.
    func operation(_ command: [String]) -> LXCOperations.StartOptions {
        var options = LXCOperations.StartOptions()
        options.command = command
        options.runsUnderInit = runsUnderInit
        options.pidFile = pidFile
        options.consolePath = console
        options.consoleLog = consoleLog
        options.definitions = definitions
        options.user = user
        options.group = group
        return options
    }
}
