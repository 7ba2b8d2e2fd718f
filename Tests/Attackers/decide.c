// SPDX-License-Identifier: Apache-2.0
// decide SOCKET MODE: decides the system calls that a container's monitor asks about, at a socket of sequenced packets (@NAME: an
// abstract one). MODE: "errno N" fails them, "continue" lets the kernel perform them, "make" performs mkdir by itself in the caller's
// root directory, "silent" never answers, "nonsense" answers something else, "leave" ends the connection.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

struct question {
    uint64_t reserved;
    int32_t monitor, init;
    uint16_t notification_size, response_size, data_size, padding;
    uint64_t cookie_size;
    struct seccomp_notif notification;
    struct seccomp_notif_resp response;
    char cookie[256];
};

static int fds[3];

static ssize_t receive(int connection, struct question *question) {
    char control[CMSG_SPACE(sizeof fds)];
    struct iovec part = {question, sizeof *question};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t size = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (size > 0 && (!header || header->cmsg_len != CMSG_LEN(sizeof fds))) {
        printf("not three descriptors\n");
        return 0;
    }
    if (header) memcpy(fds, CMSG_DATA(header), sizeof fds);
    return size;
}

static void describe(const struct question *question, ssize_t size) {
    char name[32] = "";
    int file = openat(fds[0], "comm", O_RDONLY);
    ssize_t count = file < 0 ? 0 : read(file, name, sizeof name - 1);
    if (file >= 0) close(file);
    name[count > 0 ? count - 1 : 0] = 0;
    size_t whole = 32 + sizeof(struct seccomp_notif) + sizeof(struct seccomp_notif_resp) + question->cookie_size;
    printf("call %d of %s monitor %d init %d sizes %d %d %d whole %d cookie %.*s answered %d\n", question->notification.data.nr, name,
           question->monitor, question->init, question->notification_size, question->response_size, question->data_size,
           (size_t)size == whole, (int)question->cookie_size, question->cookie,
           question->response.id == question->notification.id && question->response.error == 0);
}

// Performs mkdir(2) or mkdirat(2) of an absolute path for the caller.
static void make_directory(struct question *question) {
    const struct seccomp_data *data = &question->notification.data;
    char path[4096] = "";
    int root = openat(fds[0], "root", O_PATH);
    ssize_t count = pread(fds[1], path, sizeof path - 1, (off_t)data->args[data->nr == SYS_mkdir ? 0 : 1]);
    int status = count < 2 || path[0] != '/' ? -1 : mkdirat(root, path + 1, 0755);
    if (status < 0) question->response.error = -5;
    close(root);
}

static int serve(int connection, const char *mode, int number) {
    struct question question;
    memset(&question, 0, sizeof question);
    ssize_t size = receive(connection, &question);
    if (size <= 0) return 0;
    describe(&question, size);
    int answers = 1;
    if (!strcmp(mode, "errno")) question.response.error = -number;
    if (!strcmp(mode, "continue")) question.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (!strcmp(mode, "make")) make_directory(&question);
    if (!strcmp(mode, "silent")) answers = 0;
    for (int i = 0; i < 3; i++) close(fds[i]);
    if (!strcmp(mode, "leave")) return 0;
    if (!strcmp(mode, "nonsense")) return send(connection, "nonsense", 8, MSG_NOSIGNAL) == 8;
    return !answers || send(connection, &question, 136, MSG_NOSIGNAL) == 136;
}

int main(int count, char **words) {
    if (count < 3) return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, words[1], sizeof address.sun_path - 1);
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(words[1]));
    if (words[1][0] == '@') address.sun_path[0] = 0;
    else unlink(words[1]);
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 10) < 0) {
        perror(words[1]);
        return 1;
    }
    printf("ready\n");
    while (1) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0) return 1;
        while (serve(connection, words[2], count > 3 ? atoi(words[3]) : 0)) {}
        close(connection);
    }
}
