// SPDX-License-Identifier: Apache-2.0
import CLinux

extension StandardStream {
    /// Width of the terminal behind the stream in characters; `nil` when it is no terminal or does not know its width.
    ///
    /// Kernel call: `ioctl(2)` `TIOCGWINSZ`.
    package var terminalColumns: Int? {
        var size = winsize()
        guard clinux_get_window_size(rawValue, &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Its height in lines; `nil` when it is no terminal or does not know its height.
    ///
    /// Kernel call: `ioctl(2)` `TIOCGWINSZ`.
    package var terminalRows: Int? {
        var size = winsize()
        guard clinux_get_window_size(rawValue, &size) == 0, size.ws_row > 0 else { return nil }
        return Int(size.ws_row)
    }
}
