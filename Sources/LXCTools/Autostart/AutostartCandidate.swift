// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// A container that `lxc-autostart` may choose.
package struct AutostartCandidate: Sendable, Equatable {
    package let name: String
    /// Whether it has a supervisor.
    package var isRunning = false
    /// What its configuration says; the defaults when that cannot be read.
    package var settings = StartSettings()
    /// Why its configuration cannot be read.
    package var failure: ToolFailure?

    package init(name: String) { self.name = name }
}

/// Containers that are dealt with at the same time, and the pause after them.
package struct AutostartStep: Sendable, Equatable {
    package var containers: [AutostartCandidate]
    /// Seconds.
    package var delay = 0
}
