// SPDX-License-Identifier: Apache-2.0
// swap A B [A B ...]: exchanges the two names of each pair, one pair after the other, without pause, until it is killed.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **words) {
    if (count < 3 || count % 2 == 0) return 2;
    for (int i = 1; i < count; i += 2) {
        if (renameat2(AT_FDCWD, words[i], AT_FDCWD, words[i + 1], RENAME_EXCHANGE) == 0) continue;
        perror(words[i]);
        return 1;
    }
    puts("ready");
    fflush(stdout);
    // A name that is a mount point just now cannot be exchanged; the next round tries again.
    for (;;)
        for (int i = 1; i < count; i += 2) (void)renameat2(AT_FDCWD, words[i], AT_FDCWD, words[i + 1], RENAME_EXCHANGE);
}
