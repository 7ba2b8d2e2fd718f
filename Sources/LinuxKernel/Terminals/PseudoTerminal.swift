// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A pair of pseudo-terminal ends, `pty(7)`, from a chosen devpts instance.
package struct PseudoTerminal: Sendable {
    /// The controlling end (`/dev/ptmx`).
    package let controller: SharedDescriptor
    /// The terminal end (`/dev/pts/N`).
    package let terminal: SharedDescriptor
    /// N.
    package let index: UInt32

    /// Allocates a pair.
    ///
    /// - Parameter devpts: Root directory of a devpts mount; nil for the host's `/dev/ptmx`.
    /// - Throws: ``KernelError``; `.noSpace` when the instance's limit is reached.
    ///
    /// The terminal end comes from the controller itself (`TIOCGPTPEER`, Linux 4.13), never from a path that somebody could exchange.
    package init(devpts: Int32? = nil) throws(KernelError) {
        let flags = O_RDWR | O_NOCTTY | O_CLOEXEC
        let raw = try kernelCall("open", "ptmx") {
            devpts.map { clinux_openat($0, "ptmx", flags | O_NOFOLLOW, 0) } ?? clinux_openat(AT_FDCWD, "/dev/ptmx", flags, 0)
        }
        let controlling = OwnedDescriptor(owning: raw)
        try kernelCommand("ioctl", "TIOCSPTLCK") { clinux_unlock_terminal(raw) }
        var number: UInt32 = 0
        try kernelCommand("ioctl", "TIOCGPTN") { clinux_terminal_number(raw, &number) }
        let peer = OwnedDescriptor(owning: try kernelCall("ioctl", "TIOCGPTPEER") { clinux_terminal_peer(raw, flags) })
        controller = SharedDescriptor(controlling)
        terminal = SharedDescriptor(peer)
        index = number
    }
}

/// Mode and size of terminals.
package enum TerminalMode {
    /// A saved `termios` setting.
    package struct Saved: @unchecked Sendable {
        // termios is plain numbers; the C import just does not say so.
        fileprivate let value: termios
    }

    /// The present mode. Library call: `tcgetattr(3)`.
    package static func current(of terminal: Int32) throws(KernelError) -> Saved {
        var value = termios()
        try kernelCommand("tcgetattr", "terminal \(terminal)") { tcgetattr(terminal, &value) }
        return Saved(value: value)
    }

    /// Gives a terminal the mode it had. Library call: `tcsetattr(3)`.
    package static func restore(_ saved: Saved, on terminal: Int32) throws(KernelError) {
        var value = saved.value
        try kernelCommand("tcsetattr", "terminal \(terminal)") { tcsetattr(terminal, TCSAFLUSH, &value) }
    }

    /// The mode an ssh client uses: no echo, no line editing, no signal keys, no flow control, no translation of input;
    /// output keeps NL to CR NL.
    package static func makeRaw(_ terminal: Int32) throws(KernelError) {
        var value = try current(of: terminal).value
        value.c_iflag |= tcflag_t(IGNPAR)
        value.c_iflag &= ~tcflag_t(ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXANY | IXOFF)
        value.c_lflag &= ~tcflag_t(TOSTOP | ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN)
        value.c_oflag |= tcflag_t(ONLCR | OPOST)
        withUnsafeMutableBytes(of: &value.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        try kernelCommand("tcsetattr", "terminal \(terminal)") { tcsetattr(terminal, TCSAFLUSH, &value) }
    }

    /// Keys are read as they are pressed and not shown; those for signals work on.
    package static func makeImmediate(_ terminal: Int32) throws(KernelError) {
        var value = try current(of: terminal).value
        value.c_lflag &= ~tcflag_t(ICANON | ECHO)
        withUnsafeMutableBytes(of: &value.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        try kernelCommand("tcsetattr", "terminal \(terminal)") { tcsetattr(terminal, TCSADRAIN, &value) }
    }

    /// Copies the size of one terminal to another.
    package static func copySize(from source: Int32, to target: Int32) throws(KernelError) {
        var size = winsize()
        try kernelCommand("ioctl", "TIOCGWINSZ") { clinux_get_window_size(source, &size) }
        try kernelCommand("ioctl", "TIOCSWINSZ") { clinux_set_window_size(target, &size) }
    }

    /// Makes a terminal the controlling one of the caller, which leads a session without one.
    package static func takeAsControlling(_ terminal: Int32, steal: Bool = false) throws(KernelError) {
        try kernelCommand("ioctl", "TIOCSCTTY") { clinux_controlling_terminal(terminal, steal ? 1 : 0) }
    }

    /// Whether an open file is a terminal. Library call: `isatty(3)`.
    package static func isTerminal(_ number: Int32) -> Bool { isatty(number) == 1 }

    /// Whether a terminal is the controlling one of the caller's session, with the caller's group in the foreground or not.
    package static func isControlling(_ terminal: Int32) -> Bool { tcgetsid(terminal) == getsid(0) && tcgetsid(terminal) > 0 }
}
