// SPDX-License-Identifier: Apache-2.0
// ioctl(2) is variadic, so Swift cannot call it.
#ifndef CLINUX_WINDOW_SIZE_H
#define CLINUX_WINDOW_SIZE_H

#include <sys/ioctl.h>

static inline int clinux_window_size(int descriptor, struct winsize *size) { return ioctl(descriptor, TIOCGWINSZ, size); }

#endif
