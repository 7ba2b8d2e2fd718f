// SPDX-License-Identifier: Apache-2.0
// The allocator of the installed programs. musl's own gives a group of blocks back to the kernel when its last block is freed, and asks
// for it again with the next one: of the 4.6 ms of a start, 0.7 ms were 62 calls of mmap and munmap with the page faults behind them.
// Here small blocks come from spans that stay, with a list of free blocks for each size; a large block is a mapping of its own.
#include "program_threads.h"

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static int is_shared;

int clinux_create_thread(pthread_t *handle, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
    is_shared = 1;
    return pthread_create(handle, attributes, body, argument);
}

#ifndef __GLIBC__

/// Lies in front of each block. The mark tells a block that is freed twice, or was written over from the one before it.
struct header {
    uint32_t class_or_pages;
    uint32_t mark;
};

enum {
    header_size = sizeof(struct header),
    used_mark = 0x6c786375,
    free_mark = 0x6c786366,
    large_mark = 0x6c78636c,
    aligned_mark = 0x6c786361,
    page = 4096,
    alignment = 16,
    // The first span is filled at once, in one call instead of six page faults, and is what a short command uses: a page that is filled
    // for nothing costs 2 us. A start needs 20 to 70 kB.
    first_span = 24 << 10,
    later_span = 64 << 10,
    last_class = 38,
    largest_small = 32 << 10,
};

static void *free_blocks[last_class + 1];
static char *fresh, *fresh_end;
static int is_taken;

/// A program without a second thread, as nearly all of them are, has nobody to wait for; asking costs 20 cycles for each block.
static void lock(void) {
    while (is_shared && __atomic_exchange_n(&is_taken, 1, __ATOMIC_ACQUIRE)) sched_yield();
}

static void unlock(void) { __atomic_store_n(&is_taken, 0, __ATOMIC_RELEASE); }

static struct header *header_of(void *block) { return (struct header *)((char *)block - header_size); }

/// Bytes of a block with its header: 32, 48, 64, then four sizes to each doubling.
static size_t size_of_class(unsigned class) {
    if (class <= 2) return 32 + 16 * (size_t)class;
    unsigned doublings = (class - 3) / 4, quarter = (class - 3) % 4 + 1;
    return ((size_t)64 + 16 * (size_t)quarter) << doublings;
}

/// `size`: with the header, at most `largest_small`.
static unsigned class_of_size(size_t size) {
    // Up to 256 bytes, which nearly all blocks have, by sixteens.
    static const unsigned char small[] = {0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 9, 9, 10, 10};
    if (size <= 256) return small[(size + 15) / 16];
    unsigned doublings = 63 - (unsigned)__builtin_clzl((size - 1) / 64);
    size_t step = (size_t)16 << doublings;
    return 2 + 4 * doublings + (unsigned)((size - ((size_t)64 << doublings) + step - 1) / step);
}

/// What is left of a span goes to the lists, so that nothing is lost.
static void spread_rest(void) {
    while (fresh_end - fresh >= 32) {
        size_t room = (size_t)(fresh_end - fresh);
        unsigned class = class_of_size(room < largest_small ? room : largest_small);
        if (size_of_class(class) > room) class--;
        void **block = (void **)(fresh + header_size);
        *header_of(block) = (struct header){class, free_mark};
        *block = free_blocks[class];
        free_blocks[class] = block;
        fresh += size_of_class(class);
    }
}

/// A new block of the class; the lock is held. NULL when there is no memory.
static void *carve(unsigned class) {
    size_t size = size_of_class(class);
    if ((size_t)(fresh_end - fresh) < size) {
        int is_first = fresh == NULL;
        size_t length = is_first && size <= first_span - alignment ? first_span : later_span;
        char *span = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | (is_first ? MAP_POPULATE : 0), -1, 0);
        if (span == MAP_FAILED) return NULL;
        spread_rest();
        // Blocks are aligned behind their headers.
        fresh = span + alignment - header_size;
        fresh_end = span + length;
    }
    void *block = fresh + header_size;
    fresh += size;
    return block;
}

static void *large(size_t size) {
    size_t length = (size + alignment + page - 1) & ~(size_t)(page - 1);
    if (length < size || length / page > UINT32_MAX) return NULL;
    char *start = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    *header_of(start + alignment) = (struct header){(uint32_t)(length / page), large_mark};
    return start + alignment;
}

/// A block, or NULL; what errno then says is the caller's business.
static void *allocate(size_t size) {
    if (size > largest_small - header_size) return large(size);
    unsigned class = class_of_size(size + header_size);
    lock();
    void **block = free_blocks[class];
    if (block != NULL) {
        if (header_of(block)->mark != free_mark) abort();
        free_blocks[class] = *block;
    } else {
        block = carve(class);
    }
    if (block != NULL) *header_of(block) = (struct header){class, used_mark};
    unlock();
    return block;
}

void *malloc(size_t size) {
    void *block = allocate(size);
    if (block == NULL) errno = ENOMEM;
    return block;
}

void free(void *block) {
    if (block == NULL) return;
    struct header *header = header_of(block);
    switch (header->mark) {
    case used_mark:
        lock();
        header->mark = free_mark;
        *(void **)block = free_blocks[header->class_or_pages];
        free_blocks[header->class_or_pages] = block;
        unlock();
        return;
    case large_mark: {
        int before = errno;
        munmap((char *)block - alignment, (size_t)header->class_or_pages * page);
        errno = before;
        return;
    }
    case aligned_mark: free((char *)block - header->class_or_pages); return;
    // Freed twice, or not ours: going on would let somebody write where they should not.
    default: abort();
    }
}

size_t malloc_usable_size(void *block) {
    if (block == NULL) return 0;
    struct header *header = header_of(block);
    switch (header->mark) {
    case used_mark: return size_of_class(header->class_or_pages) - header_size;
    case large_mark: return (size_t)header->class_or_pages * page - alignment;
    case aligned_mark: return malloc_usable_size((char *)block - header->class_or_pages) - header->class_or_pages;
    default: abort();
    }
}

void *calloc(size_t count, size_t size) {
    size_t length;
    if (__builtin_mul_overflow(count, size, &length)) return errno = ENOMEM, NULL;
    void *block = malloc(length);
    // A mapping of its own comes zeroed.
    if (block != NULL && header_of(block)->mark == used_mark) memset(block, 0, length);
    return block;
}

void *realloc(void *block, size_t size) {
    if (block == NULL) return malloc(size);
    size_t room = malloc_usable_size(block);
    if (size <= room && (size > room / 2 || room <= 64)) return block;
    void *moved = malloc(size);
    if (moved == NULL) return NULL;
    memcpy(moved, block, size < room ? size : room);
    free(block);
    return moved;
}

/// As `allocate`, for a power of two.
static void *allocate_aligned(size_t boundary, size_t size) {
    if (boundary <= alignment) return allocate(size);
    if (size > SIZE_MAX - boundary) return NULL;
    char *block = allocate(size + boundary);
    if (block == NULL || ((uintptr_t)block & (boundary - 1)) == 0) return block;
    char *aligned = (char *)(((uintptr_t)block + boundary - 1) & ~(uintptr_t)(boundary - 1));
    *header_of(aligned) = (struct header){(uint32_t)(aligned - block), aligned_mark};
    return aligned;
}

static int is_boundary(size_t boundary) {
    return boundary != 0 && (boundary & (boundary - 1)) == 0 && boundary <= UINT32_MAX / 2;
}

void *aligned_alloc(size_t boundary, size_t size) {
    if (!is_boundary(boundary)) return errno = EINVAL, NULL;
    void *block = allocate_aligned(boundary, size);
    if (block == NULL) errno = ENOMEM;
    return block;
}

void *memalign(size_t boundary, size_t size) { return aligned_alloc(boundary, size); }

/// Where all objects of Swift come from.
int posix_memalign(void **result, size_t boundary, size_t size) {
    // Every block is aligned to the larger of them.
    int is_usual = boundary == alignment || boundary == sizeof(void *);
    if (!is_usual && (boundary < sizeof(void *) || !is_boundary(boundary))) return EINVAL;
    void *block = is_usual ? allocate(size) : allocate_aligned(boundary, size);
    if (block == NULL) return ENOMEM;
    *result = block;
    return 0;
}
#endif
