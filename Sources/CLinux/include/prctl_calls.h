// SPDX-License-Identifier: Apache-2.0
// prctl(2) is variadic; personality(2) and sethostname(2) need no wrapper but live beside it.
#ifndef CLINUX_PRCTL_CALLS_H
#define CLINUX_PRCTL_CALLS_H

#include <sys/personality.h>
#include <sys/prctl.h>

static inline int clinux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    return prctl(option, a, b, c, d);
}

static inline int clinux_prctl_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

#endif
