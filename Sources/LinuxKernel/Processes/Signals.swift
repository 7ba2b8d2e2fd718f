// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Numbers of signal(7) that the program itself uses.
package enum Signals {
    package static let hangup = SIGHUP
    package static let interrupt = SIGINT
    package static let quit = SIGQUIT
    package static let kill = SIGKILL
    package static let terminate = SIGTERM
    package static let child = SIGCHLD
    package static let power = SIGPWR
    package static let windowChange = SIGWINCH
    package static let pipe = SIGPIPE
    package static let stop = SIGSTOP
    package static let terminalStop = SIGTSTP
    package static let `continue` = SIGCONT
    package static let bus = SIGBUS
    package static let illegal = SIGILL
    package static let segmentation = SIGSEGV
    /// What systemd as process 1 takes as a request to halt: SIGRTMIN+3 (the C library keeps two real-time signals for itself).
    package static let systemdHalt: Int32 = 34 + 3
}
