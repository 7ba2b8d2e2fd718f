// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A user's terminal that passes every byte through in both directions, until it is given back.
///
/// Unlike ``TerminalMode`` nothing that was typed ahead is thrown away, and output is not translated: the terminal at the other end
/// of the connection has done that already.
package final class RawTerminal {
    private let number: Int32
    private let saved: termios
    private var isRaw = true

    /// Takes the terminal; the descriptor stays the caller's. Kernel call: `tcsetattr(3)` with `TCSADRAIN`.
    package init(_ number: Int32) throws(KernelError) {
        var value = termios()
        try kernelCommand("tcgetattr", "terminal \(number)") { tcgetattr(number, &value) }
        saved = value
        self.number = number
        cfmakeraw(&value)
        try kernelCommand("tcsetattr", "terminal \(number)") { tcsetattr(number, TCSADRAIN, &value) }
    }

    /// Gives the terminal back as it was; once is enough.
    package func restore() {
        guard isRaw else { return }
        isRaw = false
        var value = saved
        // A caller that is in the background by now would be stopped instead.
        let before = clinux_signal_ignore(SIGTTOU)
        // The terminal may have gone away, and with it its mode.
        while tcsetattr(number, TCSADRAIN, &value) == -1 && Errno.last.rawValue == EINTR {}
        _ = signal(SIGTTOU, before)
    }

    deinit { restore() }
}
