// SPDX-License-Identifier: Apache-2.0
// hold COUNT COMMAND...: executes a command with that many open descriptors.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int count, char **words) {
    if (count < 3) return 2;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
    int null = open("/dev/null", O_RDONLY);
    for (int i = atoi(words[1]); i > 0; i--)
        if (dup(null) < 0) {
            perror("dup");
            return 1;
        }
    execv(words[2], words + 2);
    perror(words[2]);
    return 127;
}
