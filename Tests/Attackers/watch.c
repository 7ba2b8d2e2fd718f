// SPDX-License-Identifier: Apache-2.0
// watch FILE...: says which program opens one of the files, by whatever path, until it is killed.
//
// Each opening waits until its line is written, so the process is still there to be looked at. A line is
// "opened DEVICE:INODE NAME PATH": the program file of the process, the process's name, the file.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>

static void say(const struct fanotify_event_metadata *event) {
    char place[64], name[64] = "?", path[4096] = "?";
    struct stat program = {0};
    snprintf(place, sizeof place, "/proc/%d/exe", event->pid);
    (void)stat(place, &program);
    snprintf(place, sizeof place, "/proc/%d/comm", event->pid);
    FILE *file = fopen(place, "r");
    if (file) {
        if (fgets(name, sizeof name, file)) name[strcspn(name, "\n")] = 0;
        fclose(file);
    }
    snprintf(place, sizeof place, "/proc/self/fd/%d", event->fd);
    ssize_t length = readlink(place, path, sizeof path - 1);
    if (length > 0) path[length] = 0;
    printf("opened %lu:%lu %s %s\n", (unsigned long)program.st_dev, (unsigned long)program.st_ino, name, path);
    fflush(stdout);
}

int main(int count, char **words) {
    int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_LARGEFILE | O_CLOEXEC);
    if (group < 0) {
        perror("fanotify_init");
        return 1;
    }
    for (int i = 1; i < count; i++)
        if (fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, words[i]) != 0) {
            perror(words[i]);
            return 1;
        }
    puts("ready");
    fflush(stdout);
    char buffer[8192] __attribute__((aligned(8)));
    for (;;) {
        ssize_t length = read(group, buffer, sizeof buffer);
        if (length <= 0) return 1;
        struct fanotify_event_metadata *event = (void *)buffer;
        for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
            say(event);
            struct fanotify_response response = {.fd = event->fd, .response = FAN_ALLOW};
            if (write(group, &response, sizeof response) < 0) return 1;
            close(event->fd);
        }
    }
}
