// SPDX-License-Identifier: Apache-2.0
package import LXCRuntime

extension Container {
    /// A connection between the caller's terminal and one of the container's, not yet made.
    ///
    /// - Parameters:
    ///   - terminal: 0 is /dev/console, from 1 the terminals; nil means the first free terminal.
    ///   - escape: The control character that begins a command, 1 (Ctrl-A) to 26 (Ctrl-Z).
    /// - Returns: The connection; its `run` makes it.
    package func console(terminal: Int32?, escape: UInt8) -> ConsoleSession {
        ConsoleSession(client: client, terminal: terminal, escape: escape)
    }
}
