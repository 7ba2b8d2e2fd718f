// SPDX-License-Identifier: Apache-2.0
// recycle entry|exit CALL PID COMMAND...: runs a command, and in the middle of it gives a process number to another process.
//
// When a process of the command is at the entry of (or the exit from) the first system call with that number, PID is killed, waited
// away, and its number given to a process of the host. What nsenter(1) calls on the way to the command does not count. With "exit" the call's first argument must be PID. A PID of 0 is a process that
// is made here, in a network namespace of its own; its number takes the place of the word "@" in the command.
// Prints "recycled" when that happened. Its status is the command's.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t own, successor;
// By process number: in the call that is waited for.
static char entered[1 << 22];

static pid_t bear(pid_t wanted, uint64_t flags) {
    struct clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};
    if (wanted) {
        arguments.set_tid = (uintptr_t)&wanted;
        arguments.set_tid_size = 1;
    }
    pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0)
        for (;;) pause();
    return pid;
}

static int isOnTheWay(pid_t pid) {
    char path[64], name[16] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    FILE *file = fopen(path, "re");
    int found = file && fgets(name, sizeof name, file) && strcmp(name, "nsenter\n") == 0;
    if (file) fclose(file);
    return found;
}

static void replace(pid_t pid) {
    const struct timespec moment = {0, 1000000};
    kill(pid, SIGKILL);
    if (own) waitpid(own, NULL, 0);
    // Somebody else's child goes when its parent has asked for its end.
    for (int i = 0; i < 5000 && kill(pid, 0) == 0; i++) nanosleep(&moment, NULL);
    // The number stays taken for a moment longer: it is that of a session, too.
    for (int i = 0; i < 5000 && (successor = bear(pid, 0)) < 0 && errno == EEXIST; i++) nanosleep(&moment, NULL);
    if (successor == pid) puts("recycled");
    else perror("recycle: clone3");
    fflush(stdout);
}

int main(int count, char **words) {
    if (count < 5) return 2;
    const int atExit = strcmp(words[1], "exit") == 0;
    const long call = atol(words[2]);
    pid_t victim = atoi(words[3]);
    char number[16];
    if (victim == 0) {
        victim = own = bear(0, CLONE_NEWNET);
        snprintf(number, sizeof number, "%d", own);
        for (char **word = words + 4; *word; word++)
            if (strcmp(*word, "@") == 0) *word = number;
    }
    pid_t caller = fork();
    if (caller == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(words[4], words + 4);
        _exit(127);
    }
    int status, result = 1, isDone = 0;
    if (victim <= 0 || waitpid(caller, &status, 0) != caller) return 3;
    ptrace(PTRACE_SETOPTIONS, caller, 0,
        PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SYSCALL, caller, 0, 0);
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (pid != caller) continue;
            result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            break;
        }
        int signal = WSTOPSIG(status), event = status >> 16;
        struct __ptrace_syscall_info info;
        if (signal == (SIGTRAP | 0x80) && !isDone && ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) > 0) {
            int isEntry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
            int fits = isEntry && (long)info.entry.nr == call && !isOnTheWay(pid);
            if (atExit) {
                // Remembered at the entry, which alone knows the number and the argument.
                int was = entered[pid] != 0;
                entered[pid] = fits && (pid_t)info.entry.args[0] == victim;
                fits = !isEntry && was;
            }
            if (fits) {
                isDone = 1;
                replace(victim);
            }
        }
        int isOwn = event || signal == (SIGTRAP | 0x80) || signal == SIGTRAP || signal == SIGSTOP;
        ptrace(PTRACE_SYSCALL, pid, 0, isOwn ? 0 : signal);
    }
    if (successor > 0) kill(successor, SIGKILL);
    if (own && !isDone) kill(own, SIGKILL);
    return result;
}
