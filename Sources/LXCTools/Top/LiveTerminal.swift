// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The user's terminal while a program fills all of it; what was on it before comes back at the end.
final class LiveTerminal {
    private let saved: TerminalMode.Saved
    private var isTaken = false

    /// Remembers how the terminal is; see ``take()``.
    init() throws(KernelError) { saved = try TerminalMode.current(of: StandardStream.input.rawValue) }

    /// Keys come as they are pressed, and the program has a screen of its own, without a cursor.
    func take() throws(KernelError) {
        isTaken = true
        try TerminalMode.makeImmediate(StandardStream.input.rawValue)
        try StandardStream.output.write("\u{1B}[?1049h\u{1B}[?25l")
    }

    /// Shows a screen; what is longer than the terminal is cut.
    func show(_ heading: [String], _ rest: [String]) throws(KernelError) {
        // What is behind the last character of a line goes, so that nothing has to be cleared first, which would flicker.
        var text = "\u{1B}[H"
        for line in heading { text += "\u{1B}[7m\u{1B}[1m" + line + "\u{1B}[0m\u{1B}[K\n" }
        text += rest.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J"
        try StandardStream.output.write(text)
    }

    /// Gives the terminal back; once is enough.
    func restore() {
        guard isTaken else { return }
        isTaken = false
        do throws(KernelError) {
            try StandardStream.output.write("\u{1B}[?25h\u{1B}[?1049l")
            try TerminalMode.restore(saved, on: StandardStream.input.rawValue)
        } catch {
            // The terminal has gone away, and with it its mode.
        }
    }

    deinit { restore() }
}
