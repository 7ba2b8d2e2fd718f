// SPDX-License-Identifier: Apache-2.0
// phases REPORT COMMAND...: runs a command, and at every system call that one of its processes makes in another user namespace, lets
// root of that namespace (with every capability in it, as the strongest process of a container) try to look into the process.
//
// REPORT gets one line each for:
//   "reached NAME CALL WHAT"      it could look into a process that has not executed the container's program yet
//   "reached-caller CALL WHAT"    it could look into the command's own process
//   "holds CALL NUMBER TARGET"    descriptors of a process that the container can see, before it executes
//   "keeps 0 NUMBER TARGET"       those that the container's program has
//   "executed WHAT"               what it reaches once the container's program runs: the proof that it can reach anything
//   "looked COUNT"                at the end
// WHAT is a sum: 1 environ, 2 fd, 4 mem, 8 a descriptor by pidfd_getfd(2), 16 root. CALL is the number of the system call.
#define _GNU_SOURCE
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *report;
static int questions = -1, answers = -1;

static int opens(int pid, const char *file, int flags) {
    char path[64], byte;
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    int descriptor = open(path, flags | O_CLOEXEC);
    if (descriptor < 0) return 0;
    int isOpen = flags != O_RDONLY || read(descriptor, &byte, 1) >= 0 || errno == EISDIR;
    close(descriptor);
    return isOpen;
}

static int follows(int pid, const char *file) {
    char path[64], target[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    return readlink(path, target, sizeof target) >= 0;
}

static int takes(int pid) {
    int handle = (int)syscall(SYS_pidfd_open, pid, 0);
    if (handle < 0) return 0;
    int copy = (int)syscall(SYS_pidfd_getfd, handle, 0, 0);
    if (copy >= 0) close(copy);
    close(handle);
    return copy >= 0;
}

static void serve(int input, int output, int space) {
    if (setns(space, CLONE_NEWUSER) != 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) _exit(1);
    int pid;
    while (read(input, &pid, sizeof pid) == sizeof pid) {
        int what = opens(pid, "environ", O_RDONLY) | follows(pid, "fd/0") << 1 | opens(pid, "mem", O_RDWR) << 2 | takes(pid) << 3
            | follows(pid, "root") << 4;
        if (write(output, &what, sizeof what) != sizeof what) _exit(1);
    }
    _exit(0);
}

// Starts root of a user namespace.
static void begin(int pid) {
    char path[64];
    int there[2], back[2];
    snprintf(path, sizeof path, "/proc/%d/ns/user", pid);
    int space = open(path, O_RDONLY | O_CLOEXEC);
    if (space < 0 || pipe2(there, O_CLOEXEC) != 0 || pipe2(back, O_CLOEXEC) != 0) exit(3);
    if (fork() == 0) {
        // It ends when nobody can ask any more.
        close(there[1]);
        serve(there[0], back[1], space);
    }
    close(there[0]);
    close(back[1]);
    close(space);
    questions = there[1];
    answers = back[0];
}

static int look(int pid) {
    int what;
    if (write(questions, &pid, sizeof pid) != sizeof pid || read(answers, &what, sizeof what) != sizeof what) exit(4);
    return what;
}

static int differs(int pid, const char *space) {
    char path[64], own[64] = "", other[64] = "";
    snprintf(path, sizeof path, "/proc/self/ns/%s", space);
    if (readlink(path, own, sizeof own - 1) < 0) return 0;
    snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, space);
    return readlink(path, other, sizeof other - 1) > 0 && strcmp(own, other) != 0;
}

static int isMapped(int pid) {
    char path[64], byte;
    snprintf(path, sizeof path, "/proc/%d/uid_map", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int found = file >= 0 && read(file, &byte, 1) == 1;
    if (file >= 0) close(file);
    return found;
}

static void listDescriptors(int pid, const char *word, long call) {
    char path[64], target[512];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') continue;
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        if (length < 0) continue;
        target[length] = 0;
        fprintf(report, "%s %ld %s %s\n", word, call, entry->d_name, target);
    }
    if (folder) closedir(folder);
}

static const char *name(int pid) {
    static char text[64];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    FILE *file = fopen(path, "re");
    if (!file || !fgets(text, sizeof text, file)) strcpy(text, "?");
    if (file) fclose(file);
    text[strcspn(text, "\n")] = 0;
    return text;
}

static long looked;

static void atCall(int pid, int caller) {
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
    if (!differs(pid, "user") || !isMapped(pid)) return;
    if (questions < 0) begin(pid);
    long call = (long)info.entry.nr;
    int what = look(pid);
    looked++;
    if (what) fprintf(report, "reached %s %ld %d\n", name(pid), call, what);
    if (pid != caller && (what = look(caller))) fprintf(report, "reached-caller %ld %d\n", call, what);
    // A process of the host has the number that the container sees only when it was born in its PID namespace.
    if (differs(pid, "pid")) listDescriptors(pid, "holds", call);
}

int main(int count, char **words) {
    if (count < 3 || !(report = fopen(words[1], "we"))) return 2;
    int caller = fork();
    if (caller == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(words[2], words + 2);
        _exit(127);
    }
    int status, result = 1;
    if (waitpid(caller, &status, 0) != caller) return 3;
    ptrace(PTRACE_SETOPTIONS, caller, 0,
        PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SYSCALL, caller, 0, 0);
    for (int pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (pid != caller) continue;
            result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            break;
        }
        int signal = WSTOPSIG(status), event = status >> 16;
        if (signal == (SIGTRAP | 0x80)) atCall(pid, caller);
        if (event == PTRACE_EVENT_EXEC && differs(pid, "user") && questions >= 0) {
            fprintf(report, "executed %d\n", look(pid));
            listDescriptors(pid, "keeps", 0);
            ptrace(PTRACE_DETACH, pid, 0, 0);
            continue;
        }
        int isOwn = event || signal == (SIGTRAP | 0x80) || signal == SIGTRAP || signal == SIGSTOP;
        ptrace(PTRACE_SYSCALL, pid, 0, isOwn ? 0 : signal);
    }
    fprintf(report, "looked %ld\n", looked);
    return fclose(report) == 0 ? result : 5;
}
