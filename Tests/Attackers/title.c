// SPDX-License-Identifier: Apache-2.0
// title TEXT: shows itself to everybody who looks as a process with that command line and that name.
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char **words) {
    if (count == 2) {
        char *line[] = {words[1], NULL};
        execv("/proc/self/exe", line);
        return 127;
    }
    prctl(PR_SET_NAME, words[0]);
    puts("ready");
    fflush(stdout);
    for (;;) pause();
}
