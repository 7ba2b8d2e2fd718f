// SPDX-License-Identifier: Apache-2.0

/// `lxc.cgroup.*` and `lxc.cgroup2.*`
package struct CgroupSettings: Sendable, Equatable {
    /// What is written into cgroup files, in order, both versions mixed.
    package var limits: [CgroupLimit] = []
    /// `lxc.cgroup.dir`: parent of the container's and the monitor's cgroup.
    package var directory: String?
    /// `lxc.cgroup.dir.container`
    package var containerDirectory: String?
    /// `lxc.cgroup.dir.monitor`
    package var monitorDirectory: String?
    /// `lxc.cgroup.dir.container.inner`
    package var innerDirectory: String?
    /// `lxc.cgroup.dir.monitor.pivot`
    package var pivotDirectory: String?
    /// `lxc.cgroup.relative`: below the cgroup of the caller, not below the root.
    package var isRelative = false

    package init() {}
}

/// One value for one cgroup file.
package struct CgroupLimit: Sendable, Equatable {
    package enum Version: Sendable, Equatable { case v1, v2 }

    package var version: Version
    /// The file's name, for example `memory.max` or `devices.allow`.
    package var file: String
    package var value: String
    package var origin: ConfigOrigin

    package init(version: Version = .v2, file: String = "", value: String = "", origin: ConfigOrigin = ConfigOrigin()) {
        self.version = version
        self.file = file
        self.value = value
        self.origin = origin
    }
}
