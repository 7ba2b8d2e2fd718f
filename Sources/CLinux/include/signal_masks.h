// SPDX-License-Identifier: Apache-2.0
// Sets of signals, and what is done about one, without the C library in between: each keeps some of the 64 signals for itself and
// refuses to hear of them (musl three, 34 among them, which is SIGRTMIN for everybody else).
#ifndef CLINUX_SIGNAL_MASKS_H
#define CLINUX_SIGNAL_MASKS_H

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Bit N-1 stands for signal N. The kernel's 64 bits come first in every C library's own set.
static inline sigset_t clinux_signal_set(uint64_t bits) {
    sigset_t set;
    memset(&set, 0, sizeof(set));
    memcpy(&set, &bits, sizeof(bits));
    return set;
}

static inline uint64_t clinux_signal_bits(const sigset_t *set) {
    uint64_t bits;
    memcpy(&bits, set, sizeof(bits));
    return bits;
}

// Every signal does again what it does by default. Only SIGKILL and SIGSTOP cannot be told, and need not be.
static inline void clinux_reset_signal_actions(void) {
    // The kernel's own struct sigaction: handler, flags, restorer, mask.
    const unsigned long none[4] = {0, 0, 0, 0};
    for (int number = 1; number <= 64; number++) syscall(SYS_rt_sigaction, number, none, 0, sizeof(uint64_t));
}

#endif
