// SPDX-License-Identifier: Apache-2.0
// Room on the stack for one call: Swift has none of more than a kilobyte.
#ifndef CLINUX_STACK_ROOM_H
#define CLINUX_STACK_ROOM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

// `body` gets the room and `context`. Not inlined: the room must go when the call ends.
__attribute__((noinline)) static void clinux_with_stack_room(size_t size, void (*body)(void *room, void *context), void *context) {
    char room[size];
    body(room, context);
}

// Fills the pages that the next calls will take: one call instead of a page fault each. A kernel before 5.14 says no, and faults come.
static inline void clinux_fill_stack(size_t size) {
    char here;
    uintptr_t end = (uintptr_t)&here & ~(uintptr_t)4095;
    madvise((void *)(end - size), size, 23 /* MADV_POPULATE_WRITE, which not every C library names */);
}

#endif
