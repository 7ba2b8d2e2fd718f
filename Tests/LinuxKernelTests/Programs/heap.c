// SPDX-License-Identifier: Apache-2.0
// Asks the installed programs' allocator for blocks of all sizes, in several threads, and checks that none lies in another, that each is
// aligned, and that what was written is still there. "twice", "behind": faults that have to end the program.
#include "program_threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { blocks = 512, rounds = 200000, threads = 4 };

static size_t random_size(unsigned *seed) {
    unsigned kind = (unsigned)rand_r(seed) % 100;
    if (kind < 70) return (unsigned)rand_r(seed) % 300;
    if (kind < 97) return (unsigned)rand_r(seed) % 40000;
    return (unsigned)rand_r(seed) % 300000;
}

static void fail(const char *what) {
    printf("%s\n", what);
    exit(1);
}

static void *stress(void *number) {
    static _Thread_local struct { unsigned char *start; size_t size; unsigned char value; } all[blocks];
    unsigned seed = (unsigned)(uintptr_t)number + 1;
    for (int round = 0; round < rounds; round++) {
        int index = rand_r(&seed) % blocks;
        for (size_t at = 0; at < all[index].size; at += 61)
            if (all[index].start[at] != all[index].value) fail("a block has changed");
        size_t size = random_size(&seed), kept = all[index].size < size ? all[index].size : size;
        unsigned char value = (unsigned char)rand_r(&seed);
        switch (rand_r(&seed) % 4) {
        case 0: {
            unsigned char *moved = realloc(all[index].start, size);
            if (moved == NULL && size > 0) fail("no memory");
            for (size_t at = 0; at < kept; at += 61)
                if (moved[at] != all[index].value) fail("realloc has lost content");
            all[index].start = moved;
            break;
        }
        case 1: {
            free(all[index].start);
            all[index].start = calloc(1, size);
            for (size_t at = 0; at < size; at++)
                if (all[index].start[at] != 0) fail("calloc gave used bytes");
            break;
        }
        case 2: {
            free(all[index].start);
            size_t boundary = (size_t)16 << (rand_r(&seed) % 9);
            void *aligned;
            if (posix_memalign(&aligned, boundary, size) != 0) fail("no aligned memory");
            if ((uintptr_t)aligned % boundary != 0) fail("not aligned as asked");
            all[index].start = aligned;
            break;
        }
        default: free(all[index].start); all[index].start = malloc(size);
        }
        if ((uintptr_t)all[index].start % 16 != 0) fail("not aligned");
        all[index].size = size;
        all[index].value = value;
        if (size > 0) memset(all[index].start, value, size);
    }
    for (int index = 0; index < blocks; index++) free(all[index].start);
    return NULL;
}

int main(int count, char **words) {
    const char *fault = count > 1 ? words[1] : "";
    if (strcmp(fault, "twice") == 0) {
        char *volatile block = malloc(100);
        free(block);
        free(block);
        fail("a block was freed twice");
    }
    if (strcmp(fault, "behind") == 0) {
        char *volatile first = malloc(100), *volatile second = malloc(100);
        memset(first, 7, 120);
        free(second);
        fail("what was written over was freed");
    }
    if (malloc(SIZE_MAX - 100) != NULL || errno != ENOMEM) fail("more than there is");
    if (calloc(SIZE_MAX / 2, 4) != NULL || errno != ENOMEM) fail("more than can be counted");
    pthread_t all[threads];
    for (uintptr_t number = 0; number < threads; number++) clinux_create_thread(&all[number], NULL, stress, (void *)number);
    for (int number = 0; number < threads; number++) pthread_join(all[number], NULL);
    // What one block took the next one gets: a million blocks one after the other need no more room than one.
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    for (int round = 0; round < 1000000; round++) {
        char *volatile block = malloc((size_t)(round % 2000) + 1);
        block[0] = 1;
        free(block);
    }
    getrusage(RUSAGE_SELF, &after);
    if (after.ru_maxrss - before.ru_maxrss > 1024) fail("memory is lost");
    printf("whole\n");
    return 0;
}
