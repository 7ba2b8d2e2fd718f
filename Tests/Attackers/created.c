// SPDX-License-Identifier: Apache-2.0
// created FOLDER...: prints the path of everything that is made in one of the folders, until it is killed.
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

int main(int count, char **words) {
    int queue = inotify_init1(IN_CLOEXEC);
    if (queue < 0) return 1;
    // The first watch has number 1, the second number 2, and so on.
    for (int i = 1; i < count; i++)
        if (inotify_add_watch(queue, words[i], IN_CREATE | IN_MOVED_TO) != i) {
            perror(words[i]);
            return 1;
        }
    puts("ready");
    fflush(stdout);
    char buffer[8192] __attribute__((aligned(8)));
    for (;;) {
        ssize_t length = read(queue, buffer, sizeof buffer);
        if (length <= 0) return 1;
        for (char *place = buffer; place < buffer + length;) {
            struct inotify_event *event = (void *)place;
            printf("%s/%s\n", words[event->wd], event->name);
            place += sizeof *event + event->len;
        }
        fflush(stdout);
    }
}
