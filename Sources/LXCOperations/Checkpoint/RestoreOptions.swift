// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// How a container is taken up again from disk.
package struct RestoreOptions: Sendable, Equatable {
    /// The folder of the images; an absolute path.
    package var directory: String
    /// A program that criu calls at each of its stages.
    package var actionScript: String?
    /// Whether criu tells everything it does in its log.
    package var isVerbose = false
    /// Whether the calling process becomes the supervisor.
    package var isForeground = false
    /// Whether the calling process ends as soon as the container runs; see ``StartOptions/callerEnds``.
    package var callerEnds = false
    /// The program that the user called, for messages.
    package var program = "lxc-checkpoint"
    package var logFile: String?
    package var logLevel: LogLevel?

    package init(directory: String) { self.directory = directory }
}
