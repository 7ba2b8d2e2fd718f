// SPDX-License-Identifier: Apache-2.0

/// `lxc.start.*` and `lxc.group`: what lxc-autostart looks at.
package struct StartSettings: Sendable, Equatable {
    /// `lxc.start.auto`
    package var auto = false
    /// `lxc.start.delay`: seconds to wait after this container was started.
    package var delay = 0
    /// `lxc.start.order`; may be negative.
    package var order = 0
    /// `lxc.group`
    package var groups: [String] = []

    package init() {}
}
