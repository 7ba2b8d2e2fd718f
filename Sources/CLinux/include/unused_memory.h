// SPDX-License-Identifier: Apache-2.0
// madvise(2) on the part of the stack that no call uses now.
#ifndef CLINUX_UNUSED_MEMORY_H
#define CLINUX_UNUSED_MEMORY_H

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>

// malloc.h is in no module of the C library. musl's allocator gives memory back by itself.
static inline void clinux_release_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

static inline void clinux_release_stack(void) {
    const uintptr_t page = 4096, margin = 2 * page, most = 128 * page;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t end = (here - margin) & ~(page - 1);
    // Pages that were never touched are not mapped; for them the call fails or does nothing, which is all the same.
    for (uintptr_t start = end - page; start > end - most; start -= page)
        if (madvise((void *)start, page, 4 /* MADV_DONTNEED */) != 0) break;
}

#endif
