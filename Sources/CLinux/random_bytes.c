// SPDX-License-Identifier: Apache-2.0
// Embedded Swift takes chance from arc4random_buf(3), which musl does not have. Here it is getrandom(2) itself.
#include "libc.h"

#ifndef __GLIBC__
void arc4random_buf(void *start, size_t count) {
    char *next = start;
    while (count > 0) {
        ssize_t taken = getrandom(next, count, 0);
        if (taken < 0 && errno == EINTR) continue;
        // Without it names and addresses would repeat; the kernel has had the call since 3.17.
        if (taken <= 0) abort();
        next += taken;
        count -= (size_t)taken;
    }
}
#endif
