// SPDX-License-Identifier: Apache-2.0

/// Console, terminals and `/dev`.
package struct ConsoleSettings: Sendable, Equatable {
    /// `lxc.tty.max`: terminals that lxc-console can use.
    package var ttyMax = 0
    /// `lxc.tty.dir`: directory under `/dev`.
    package var ttyDirectory: String?
    /// `lxc.pty.max`: pseudo-terminals of a devpts instance of its own; 0 = the host's instance.
    package var ptyMax = 0
    /// `lxc.console.path`; `none` = no console.
    package var consolePath: String?
    /// `lxc.console.logfile`
    package var logFile: String?
    /// `lxc.console.rotate`
    package var rotate = false
    /// `lxc.console.buffer.size` in bytes; 0 = off.
    package var bufferSize: UInt64 = 0
    /// `lxc.console.size`: most bytes of the log file; 0 = no limit.
    package var logSize: UInt64 = 0
    /// `lxc.autodev`: a tmpfs with device nodes as `/dev`.
    package var autodev = true
    /// `lxc.autodev.tmpfs.size` in bytes.
    package var autodevTmpfsSize: UInt64 = 500_000

    package init() {}
}
