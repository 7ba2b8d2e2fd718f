// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel

/// Everything that is decided before a start: a value that one process makes and the supervisor carries out.
package struct StartPlan: Sendable, Equatable {
    /// What runs as process 1.
    package enum Payload: Sendable, Equatable {
        /// The program itself.
        case program([String])
        /// lxc-init, which runs the program and collects orphans.
        case underInit([String])

        package var arguments: [String] {
            switch self {
            case .program(let arguments), .underInit(let arguments): arguments
            }
        }
    }

    /// The program that the user called, for messages and the log: `lxc-start`.
    package var program = "lxc-start"
    package var name: String
    /// As given by the user, trailing slashes removed; part of the command socket's name.
    package var lxcPath: String
    /// Path of the configuration file, for the hooks' `LXC_CONFIG_FILE`.
    package var configFile: String
    package var payload: Payload
    /// Whether the caller's terminal becomes the container's console and the caller waits for the end.
    package var isForeground: Bool
    package var pidFile: String?
    /// Where messages go: nil for standard error only.
    package var logFile: String?
    package var logLevel: LogLevel
    /// Whether nothing is printed on standard error.
    package var isQuiet: Bool
    /// `lxc.cgroup.pattern` and `lxc.cgroup.use` of the system configuration.
    package var cgroupPattern: String?
    package var cgroupControllers: [String]?
    package var config: ContainerConfig
    /// Taken up from disk instead of started, the first time.
    package var restore: RestoreOrder?

    package init(name: String, lxcPath: String, configFile: String, payload: Payload, config: ContainerConfig) {
        self.name = name
        self.lxcPath = lxcPath
        self.configFile = configFile
        self.payload = payload
        self.config = config
        isForeground = false
        logLevel = config.log.level ?? .error
        logFile = config.log.file
        isQuiet = false
    }

    /// Directory of the container.
    package var directory: String { lxcPath.appendingPath(name) }
}
