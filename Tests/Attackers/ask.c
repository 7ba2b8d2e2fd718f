// SPDX-License-Identifier: Apache-2.0
// ask WORD: sends every command to every control socket whose name holds a word, and prints "SOCKET COMMAND ANSWER": the status in the
// reply, or "closed", or "descriptor" when one came along. "sockets COUNT" at the end.
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

struct request {
    uint32_t command;
    int32_t length;
    uint64_t data;
};

static void ask(const char *name, uint32_t command) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {5, 0};
    size_t length = strlen(name);
    memcpy(address.sun_path + 1, name, length);
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const struct request request = {command, 0, 0};
    int32_t reply[4];
    char control[256];
    struct iovec part = {reply, sizeof reply};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t count = -1;
    if (connect(connection, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) == 0
        && send(connection, &request, sizeof request, MSG_NOSIGNAL) == sizeof request)
        count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    if (count < (ssize_t)sizeof *reply) printf("%s %u closed\n", name, command);
    else if (CMSG_FIRSTHDR(&message)) printf("%s %u descriptor\n", name, command);
    else printf("%s %u %d\n", name, command, reply[0]);
    close(connection);
}

int main(int count, char **words) {
    char line[512];
    int sockets = 0;
    FILE *list = count == 2 ? fopen("/proc/net/unix", "re") : NULL;
    if (!list) return 2;
    while (fgets(line, sizeof line, list)) {
        char *name = strchr(line, '@');
        line[strcspn(line, "\n")] = 0;
        size_t length = strlen(line);
        // Listening ones only: a connection bears its server's name.
        if (!name || !strstr(name, words[1]) || length < 8 || strcmp(line + length - 8, "/command") || !strstr(line, " 00010000 ")) continue;
        sockets++;
        for (uint32_t command = 0; command < 28; command++) ask(name + 1, command);
    }
    fclose(list);
    printf("sockets %d\n", sockets);
    return 0;
}
