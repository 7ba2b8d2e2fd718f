// SPDX-License-Identifier: Apache-2.0
// pidfd_open(2) for programs under Valgrind 3.19, which does not know it and answers ENOSYS: without it nobody can attach. What Valgrind
// executes runs outside of it, so a program opens the descriptor and sends it back.
//
// Compiled twice: with -DPRELOAD into a library that takes the place of syscall(3) (LD_PRELOAD; the path of the program in PIDFD_PROGRAM),
// and without into that program, whose words are a process number, flags, and a socket.
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// One answer: the error, or 0 and a descriptor.
static struct msghdr answer(int *error, struct iovec *part, char *control, size_t size) {
    *part = (struct iovec){error, sizeof *error};
    return (struct msghdr){.msg_iov = part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = size};
}

#ifdef PRELOAD
#include <dlfcn.h>

static long open_elsewhere(const char *program, long pid, long flags) {
    int ends[2], error = 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return -1;
    char words[3][24];
    snprintf(words[0], sizeof words[0], "%ld", pid);
    snprintf(words[1], sizeof words[1], "%ld", flags);
    const pid_t child = fork();
    if (child == 0) {
        // dup(2) takes the flag close-on-exec off.
        snprintf(words[2], sizeof words[2], "%d", dup(ends[1]));
        // Without LD_PRELOAD, or it would ask itself.
        execle(program, program, words[0], words[1], words[2], (char *)NULL, (char *[]){NULL});
        _exit(127);
    }
    close(ends[1]);
    struct iovec part;
    char control[CMSG_SPACE(sizeof(int))];
    struct msghdr message = answer(&error, &part, control, sizeof control);
    const ssize_t count = child < 0 ? -1 : recvmsg(ends[0], &message, MSG_CMSG_CLOEXEC);
    close(ends[0]);
    if (child > 0) waitpid(child, NULL, 0);
    const struct cmsghdr *header = count == sizeof error ? CMSG_FIRSTHDR(&message) : NULL;
    if (!header) {
        errno = error ? error : ENOSYS;
        return -1;
    }
    int descriptor;
    memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

long syscall(long number, ...) {
    static long (*real)(long, ...);
    long words[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++) words[i] = va_arg(list, long);
    va_end(list);
    const char *program = getenv("PIDFD_PROGRAM");
    if (number == SYS_pidfd_open && program) return open_elsewhere(program, words[0], words[1]);
    if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
#else
int main(int count, char **words) {
    if (count != 4) return 2;
    const int descriptor = (int)syscall(SYS_pidfd_open, atoi(words[1]), atoi(words[2]));
    int error = descriptor < 0 ? errno : 0;
    struct iovec part;
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct msghdr message = answer(&error, &part, control.bytes, error ? 0 : sizeof control.bytes);
    if (!error) {
        control.align = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof descriptor)};
        memcpy(CMSG_DATA(&control.align), &descriptor, sizeof descriptor);
    }
    return sendmsg(atoi(words[3]), &message, 0) < 0;
}
#endif
