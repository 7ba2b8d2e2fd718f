// SPDX-License-Identifier: Apache-2.0
// Headers of event calls that Swift's view of the C library leaves out, and the clock.
#ifndef CLINUX_EVENT_CALLS_H
#define CLINUX_EVENT_CALLS_H

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/// Not through the vDSO: a program that looks at the clock twice pays more for two page faults there than for two calls.
static inline void clinux_monotonic_time(struct timespec *time) { syscall(SYS_clock_gettime, CLOCK_MONOTONIC, time); }

#endif
