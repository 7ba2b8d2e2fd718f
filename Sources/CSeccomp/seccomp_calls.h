// SPDX-License-Identifier: Apache-2.0
// libseccomp's actions and comparisons are macros and enumerations with values that Swift does not import.
#ifndef CSECCOMP_CALLS_H
#define CSECCOMP_CALLS_H

#include <seccomp.h>

static inline uint32_t cseccomp_errno(uint32_t number) { return SCMP_ACT_ERRNO(number); }
static inline uint32_t cseccomp_allow(void) { return SCMP_ACT_ALLOW; }
static inline uint32_t cseccomp_kill(void) { return SCMP_ACT_KILL; }
static inline uint32_t cseccomp_trap(void) { return SCMP_ACT_TRAP; }
static inline uint32_t cseccomp_notify(void) { return SCMP_ACT_NOTIFY; }

// `operation` counts as in enum scmp_compare; for a masked comparison the first operand is the mask.
static inline struct scmp_arg_cmp cseccomp_comparison(unsigned int index, int operation, uint64_t first, uint64_t second) {
    struct scmp_arg_cmp comparison = {.arg = index, .op = (enum scmp_compare)operation, .datum_a = first, .datum_b = second};
    return comparison;
}

#endif
