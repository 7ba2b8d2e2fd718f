// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The places of an installation that the system configuration's defaults are made of.
package struct InstallPaths: Sendable, Equatable {
    /// Folder of the administrator's files: `/etc/lxc`.
    package var systemConfiguration: String
    /// Where the root user's containers live: `/var/lib/lxc`.
    package var containers: String

    package init(systemConfiguration: String, containers: String) {
        self.systemConfiguration = systemConfiguration
        self.containers = containers
    }

    /// The places of the programs that run.
    package static var installed: InstallPaths {
        InstallPaths(systemConfiguration: InstalledPaths.sysconf, containers: InstalledPaths.containers)
    }
}
