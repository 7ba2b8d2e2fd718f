// SPDX-License-Identifier: Apache-2.0
// pidfd_open(2), clone3(2), waitid(2) on a pidfd, close_range(2), execveat(2).
#ifndef CLINUX_PROCESS_HANDLES_H
#define CLINUX_PROCESS_HANDLES_H

#include <sys/ioctl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static inline int clinux_pidfd_open(int pid, unsigned int flags) { return (int)syscall(SYS_pidfd_open, pid, flags); }

static inline int clinux_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, (siginfo_t *)0, 0);
}

// A copy of the calling process, as fork(2) makes it, in new namespaces. Only for single-threaded programs: the C library's
// fork handlers do not run. Returns 0 in the child.
static inline int clinux_clone3(uint64_t flags, int *pidfd, int cgroup, int exit_signal) {
    struct clone_args arguments;
    memset(&arguments, 0, sizeof(arguments));
    arguments.flags = flags;
    arguments.exit_signal = (uint64_t)exit_signal;
    if (pidfd) {
        arguments.flags |= CLONE_PIDFD;
        arguments.pidfd = (uint64_t)(uintptr_t)pidfd;
    }
    if (cgroup >= 0) {
        arguments.flags |= 0x200000000ULL; /* CLONE_INTO_CGROUP */
        arguments.cgroup = (uint64_t)cgroup;
    }
    return (int)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

// struct pidfd_info of Linux 6.13, which Debian 12's headers do not have: the number of the process, or -1.
static inline int clinux_pidfd_number(int pidfd) {
    struct {
        uint64_t mask, cgroup;
        uint32_t pid, process, parent, ids[8];
        int32_t exit_code;
    } info;
    _Static_assert(sizeof info == 64, "the size is part of the request's number");
    memset(&info, 0, sizeof info);
    return ioctl(pidfd, _IOWR(0xFF, 11, info), &info) == 0 ? (int)info.process : -1;
}

static inline int clinux_waitid_pidfd(int pidfd, siginfo_t *info, int options) {
    return waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, info, options);
}

static inline int clinux_siginfo_status(const siginfo_t *info) { return info->si_status; }
static inline int clinux_siginfo_pid(const siginfo_t *info) { return info->si_pid; }

static inline int clinux_close_range(unsigned int first, unsigned int last, unsigned int flags) {
    return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int clinux_execveat(int directory, const char *path, char *const *arguments, char *const *environment, int flags) {
    return (int)syscall(SYS_execveat, directory, path, arguments, environment, flags);
}

// dup3(2) is hidden behind a feature macro.
static inline int clinux_dup3(int from, int to, int flags) { return (int)syscall(SYS_dup3, from, to, flags); }

// As many open files as the hard limit allows.
static inline int clinux_raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

// prlimit(2) with the kernel's 64-bit structure.
static inline int clinux_prlimit(int pid, int resource, uint64_t soft, uint64_t hard) {
    uint64_t limits[2] = {soft, hard};
    return (int)syscall(SYS_prlimit64, pid, resource, limits, (void *)0);
}

// exit_group(2) without any exit handler: the only way out of a copied process.
static inline void clinux_exit_now(int status) __attribute__((noreturn));
static inline void clinux_exit_now(int status) { _exit(status); }

#endif
