// SPDX-License-Identifier: Apache-2.0
// On which processor a new task begins.
#ifndef CLINUX_PROCESSOR_PLACEMENT_H
#define CLINUX_PROCESSOR_PLACEMENT_H

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// A set of processors as the kernel reads it. On a machine with more nothing is moved: sched_getaffinity(2) refuses a set that is too small.
#define CLINUX_PROCESSORS 1024
struct clinux_processors {
    unsigned long words[CLINUX_PROCESSORS / (8 * sizeof(unsigned long))];
};

// Which processors the caller may use, with and without the one that it runs on. 0 when there is another one.
static inline int clinux_other_processors(struct clinux_processors *own, struct clinux_processors *others) {
    const unsigned width = 8 * sizeof(unsigned long);
    unsigned here = 0;
    memset(own, 0, sizeof *own);
    if (syscall(SYS_getcpu, &here, 0, 0) != 0 || here >= CLINUX_PROCESSORS) return -1;
    if (syscall(SYS_sched_getaffinity, 0, sizeof *own, own) < 0) return -1;
    *others = *own;
    others->words[here / width] &= ~(1UL << here % width);
    for (unsigned index = 0; index < CLINUX_PROCESSORS / width; index++)
        if (others->words[index]) return 0;
    return -1;
}

// How many processors the caller may use; 1 when the kernel does not say.
static inline int clinux_processor_count(void) {
    struct clinux_processors own;
    int count = 0;
    memset(&own, 0, sizeof own);
    if (syscall(SYS_sched_getaffinity, 0, sizeof own, &own) < 0) return 1;
    for (unsigned index = 0; index < sizeof own.words / sizeof own.words[0]; index++) count += __builtin_popcountl(own.words[index]);
    return count > 0 ? count : 1;
}

static inline int clinux_has_other_processors(void) {
    struct clinux_processors own, others;
    return clinux_other_processors(&own, &others) == 0;
}

static inline int clinux_set_processors(int task, const struct clinux_processors *set) {
    return (int)syscall(SYS_sched_setaffinity, task, sizeof *set, set);
}

// Lets a child that has only just been made begin on another processor than its parent's. What it may use stays as it was.
static inline void clinux_begin_elsewhere(int child) {
    struct clinux_processors own, others, every, now;
    if (clinux_other_processors(&own, &others) != 0) return;
    if (clinux_set_processors(child, &others) != 0) return;
    // All processors, present or not: a process that asks for them follows later changes of its cpuset, as one that never asked does.
    memset(&every, 0xFF, sizeof every);
    memset(&now, 0, sizeof now);
    int done = clinux_set_processors(child, &every) == 0 && syscall(SYS_sched_getaffinity, child, sizeof now, &now) > 0;
    // The parent itself was kept to some of them.
    if (!done || memcmp(&now, &own, sizeof now) != 0) clinux_set_processors(child, &own);
}

#endif
