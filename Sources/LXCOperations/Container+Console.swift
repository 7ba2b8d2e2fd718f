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

extension LXCError {
    /// Why a terminal was not connected with one of a container's, or why that ended.
    package init(_ failure: ConsoleSession.Failure, _ container: String) {
        switch failure {
        case .notRunning: self.init(.notRunning, "\(container) is not running", reason: "")
        case .notPermitted:
            self.init(
                .notPermitted, "cannot use the console of \(container)", reason: "insufficient privileges",
                hint: "run it as the container's owner, or as root")
        case .noTerminal: self.init(.failed, "cannot connect a terminal", reason: "the input is not one")
        case .denied: self.init(.failed, "cannot get a terminal of \(container)", reason: "it is in use, or does not exist")
        case .signal(let number): self.init(.failed, "the connection ended", reason: "signal \(number)")
        case .failed(let failure): self.init(.failed, failure)
        }
    }
}
