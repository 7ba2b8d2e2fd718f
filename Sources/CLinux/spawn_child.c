// SPDX-License-Identifier: Apache-2.0
// The one place where code runs between vfork and exec, in the caller's memory: only direct system calls are allowed here.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "spawn_child.h"
#include "signal_masks.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum step { STEP_CLONE = 1, STEP_DESCRIPTORS, STEP_DIRECTORY, STEP_EXEC, STEP_MOUNTS, STEP_MOUNT };

struct report {
    int step;
    int error;
    int pid;
};

static void fail(struct report *report, int step) {
    report->step = step;
    report->error = errno;
    _exit(127);
}

// A descriptor that is needed until the end, out of the way of those that the program gets: a caller with many open files may have given
// it one of their numbers.
static int out_of_the_way(const struct clinux_spawn_plan *plan, int needed) {
    int highest = 2, isInTheWay = 0;
    for (int i = 0; i < plan->descriptor_count; i++) {
        const int target = plan->descriptors[2 * i + 1];
        if (target > highest) highest = target;
        if (target == needed) isInTheWay = 1;
    }
    return isInTheWay ? fcntl(needed, F_DUPFD_CLOEXEC, highest + 1) : needed;
}

// Returns only when it has failed, with the first reason.
static void execute_descriptor(const struct clinux_spawn_plan *plan, int executable) {
    syscall(SYS_execveat, executable, "", plan->arguments, plan->environment, AT_EMPTY_PATH);
    const int error = errno;
    // Valgrind and some sandboxes want a path.
    char path[] = "/proc/self/fd/\0\0\0\0\0\0\0\0\0\0";
    char digits[12];
    int count = 0, number = executable;
    do digits[count++] = (char)('0' + number % 10); while (number /= 10);
    for (int i = 0; i < count; i++) path[sizeof "/proc/self/fd/" - 1 + (size_t)i] = digits[count - 1 - i];
    execve(path, plan->arguments, plan->environment);
    errno = error;
}

static void become_program(const struct clinux_spawn_plan *plan, struct report *report) {
    sigset_t none = clinux_signal_set(0);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // A handler's address means nothing in the new program; "ignored" would be inherited.
    clinux_reset_signal_actions();
    const int executable = plan->executable < 0 ? -1 : out_of_the_way(plan, plan->executable);
    const int mounted = plan->mount < 0 ? -1 : out_of_the_way(plan, plan->mount);
    if ((plan->executable >= 0 && executable < 0) || (plan->mount >= 0 && mounted < 0)) fail(report, STEP_DESCRIPTORS);
    int sources[plan->descriptor_count + 1];
    for (int i = 0; i < plan->descriptor_count; i++) sources[i] = plan->descriptors[2 * i];
    for (int i = 0; i < plan->descriptor_count; i++) {
        int from = sources[i], to = plan->descriptors[2 * i + 1];
        for (int later = i + 1; later < plan->descriptor_count; later++) {
            if (sources[later] == to && plan->descriptors[2 * later + 1] != to) sources[later] = out_of_the_way(plan, to);
        }
        int result = from == to ? fcntl(from, F_SETFD, 0) : dup3(from, to, 0);
        if (result < 0) fail(report, STEP_DESCRIPTORS);
    }
    if (plan->death_signal) prctl(PR_SET_PDEATHSIG, plan->death_signal, 0, 0, 0);
    if (plan->private_mounts && (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0))
        fail(report, STEP_MOUNTS);
    // MOVE_MOUNT_F_EMPTY_PATH
    if (plan->private_mounts && mounted >= 0
        && syscall(SYS_move_mount, mounted, "", AT_FDCWD, plan->mount_target, 0x04) != 0)
        fail(report, STEP_MOUNT);
    if (plan->file_mask >= 0) umask((mode_t)plan->file_mask);
    if (plan->directory && chdir(plan->directory) != 0) fail(report, STEP_DIRECTORY);
    if (executable >= 0)
        execute_descriptor(plan, executable);
    else
        execve(plan->path, plan->arguments, plan->environment);
    fail(report, STEP_EXEC);
}

struct context {
    const struct clinux_spawn_plan *plan;
    struct report *report;
    char *stack;
};

#define STACK_SIZE (64 * 1024)
#define REPORT_SIZE 4096
#define SHARED_SIZE (REPORT_SIZE + 2 * STACK_SIZE)

static int final_child(void *argument) {
    struct context *context = argument;
    become_program(context->plan, context->report);
    return 127;
}

static int first_child(void *argument) {
    struct context *context = argument;
    if (context->plan->new_session) setsid();
    if (!context->plan->detached) become_program(context->plan, context->report);
    int pid = clone(final_child, context->stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD, context);
    if (pid < 0) fail(context->report, STEP_CLONE);
    context->report->pid = pid;
    _exit(0);
}

int clinux_spawn(const struct clinux_spawn_plan *plan, int *pidfd, int *failed_step) {
    // Shared, not ours alone: under Valgrind the child is a plain fork, and its report must come back all the same.
    char *memory = mmap(NULL, SHARED_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return -1;
    struct report *shared = (struct report *)memory;
    char *stacks = memory + REPORT_SIZE;
    struct context context = {plan, shared, stacks};
    sigset_t all = clinux_signal_set(~0UL), before;
    // No handler of this process may run in the child while it shares our memory.
    sigprocmask(SIG_SETMASK, &all, &before);
    int handle = -1;
    int flags = CLONE_VM | CLONE_VFORK | SIGCHLD | (plan->detached ? 0 : CLONE_PIDFD);
    int pid = clone(first_child, stacks + 2 * STACK_SIZE, flags, &context, &handle);
    int clone_error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid > 0 && (shared->step || plan->detached))
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    const struct report report = *shared;
    munmap(memory, SHARED_SIZE);
    if (pid < 0) {
        *failed_step = STEP_CLONE;
        errno = clone_error;
        return -1;
    }
    if (report.step) {
        if (handle >= 0) close(handle);
        *failed_step = report.step;
        errno = report.error;
        return -1;
    }
    if (pidfd) *pidfd = handle;
    else if (handle >= 0) close(handle);
    return plan->detached ? report.pid : pid;
}
