// SPDX-License-Identifier: Apache-2.0
// prctl(2) is variadic; personality(2) and sethostname(2) need no wrapper but live beside it.
#ifndef CLINUX_PRCTL_CALLS_H
#define CLINUX_PRCTL_CALLS_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int clinux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    return prctl(option, a, b, c, d);
}

static inline int clinux_prctl_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

// seccomp(2) has no wrapper. The program is an array of struct sock_filter.
static inline int clinux_load_filter(const void *program, unsigned short count, unsigned long flags) {
    struct sock_fprog description = {.len = count, .filter = (struct sock_filter *)program};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &description);
}

#endif
