// SPDX-License-Identifier: Apache-2.0

/// How the container's first process runs.
package struct ProcessSettings: Sendable, Equatable {
    /// `lxc.init.cmd`
    package var initCommand: String?
    /// `lxc.execute.cmd`
    package var executeCommand: String?
    /// `lxc.init.cwd`
    package var initWorkingDirectory: String?
    package var initUser: UInt32?
    package var initGroup: UInt32?
    package var initGroups: [UInt32] = []
    /// `lxc.environment`: for init, attach and hooks.
    package var environment: [EnvironmentVariable] = []
    /// `lxc.environment.runtime`: only for processes in the container.
    package var environmentRuntime: [EnvironmentVariable] = []
    /// `lxc.environment.hooks`: only for hooks.
    package var environmentHooks: [EnvironmentVariable] = []
    /// `lxc.prlimit.*`
    package var resourceLimits: [ResourceLimitSetting] = []
    /// `lxc.sysctl.*`; the name with dots.
    package var sysctls: [NamedValue] = []
    /// `lxc.proc.*`: files of `/proc/PID`.
    package var proc: [NamedValue] = []
    /// `lxc.arch` as written.
    package var architecture: String?
    /// What ``architecture`` asks of personality(2).
    package var personality: KernelArchitecture?
    /// Signal for a clean shutdown; nil = SIGPWR.
    package var haltSignal: Int32?
    /// Signal for a reboot; nil = SIGINT.
    package var rebootSignal: Int32?
    /// Signal that kills; nil = SIGKILL.
    package var stopSignal: Int32?
    /// `lxc.sched.core`
    package var coreScheduling = false
    /// `lxc.monitor.unshare`: the monitor gets its own mount namespace.
    package var monitorUnshare = false
    /// `lxc.monitor.signal.pdeath`; nil = SIGKILL, 0 = none.
    package var parentDeathSignal: Int32?

    package init() {}
}

/// `lxc.prlimit.NAME`
package struct ResourceLimitSetting: Sendable, Equatable {
    /// As in prlimit(1): `nofile`, or a number.
    package var name: String
    /// `UInt64.max` = unlimited.
    package var soft: UInt64
    /// `UInt64.max` = unlimited.
    package var hard: UInt64
    package var origin: ConfigOrigin

    package init(name: String = "", soft: UInt64 = .max, hard: UInt64 = .max, origin: ConfigOrigin = ConfigOrigin()) {
        self.name = name
        self.soft = soft
        self.hard = hard
        self.origin = origin
    }
}
