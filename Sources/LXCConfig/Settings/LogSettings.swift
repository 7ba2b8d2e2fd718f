// SPDX-License-Identifier: Apache-2.0

/// `lxc.log.*`
package struct LogSettings: Sendable, Equatable {
    package var level: LogLevel?
    package var file: String?
    /// `lxc.log.syslog`: `daemon` or `local0` to `local7`.
    package var syslog: String?

    package init() {}
}
