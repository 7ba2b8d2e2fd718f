// SPDX-License-Identifier: Apache-2.0
// A FUSE file system that never answers, open to everybody. Prints "ready" once it is mounted.
//
// usage: hangfs DIRECTORY UID
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char options[128];
    if (argc != 3) return 2;
    int device = open("/dev/fuse", O_RDWR);
    snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=%s,group_id=%s,allow_other", device, argv[2], argv[2]);
    if (device < 0 || mount("hang", argv[1], "fuse", MS_NOSUID | MS_NODEV, options)) {
        perror("hangfs");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;) pause();
}
