// SPDX-License-Identifier: Apache-2.0
// pipe2(2): the C library declares it for GNU programs only.
#ifndef CLINUX_PIPES_H
#define CLINUX_PIPES_H

#include <sys/syscall.h>
#include <unistd.h>

static inline int clinux_pipe2(int ends[2], int flags) { return (int)syscall(SYS_pipe2, ends, flags); }

#endif
