// SPDX-License-Identifier: Apache-2.0
// ioctl_tty(2): ioctl is variadic.
#ifndef CLINUX_TERMINALS_H
#define CLINUX_TERMINALS_H

#include <sys/ioctl.h>
#include <termios.h>

static inline int clinux_unlock_terminal(int ptx) {
    int locked = 0;
    return ioctl(ptx, TIOCSPTLCK, &locked);
}
static inline int clinux_terminal_number(int ptx, unsigned int *number) { return ioctl(ptx, TIOCGPTN, number); }
static inline int clinux_terminal_peer(int ptx, int flags) { return ioctl(ptx, TIOCGPTPEER, flags); }
static inline int clinux_get_window_size(int terminal, struct winsize *size) { return ioctl(terminal, TIOCGWINSZ, size); }
static inline int clinux_set_window_size(int terminal, const struct winsize *size) { return ioctl(terminal, TIOCSWINSZ, size); }
static inline int clinux_controlling_terminal(int terminal, int steal) { return ioctl(terminal, TIOCSCTTY, steal); }

#endif
