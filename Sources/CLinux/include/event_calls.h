// SPDX-License-Identifier: Apache-2.0
// Headers of event calls that Swift's view of the C library leaves out.
#ifndef CLINUX_EVENT_CALLS_H
#define CLINUX_EVENT_CALLS_H

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>

#endif
