// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "attach_child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef PR_SCHED_CORE
#define PR_SCHED_CORE 62
#define PR_SCHED_CORE_SHARE_FROM 3
#endif
#define HIGHEST_CAPABILITY 63

extern char **environ;

static void report(const struct cliblxc_attach_plan *plan, int kind, int step, int error, pid_t pid) {
    const struct cliblxc_attach_report message = {kind, step, error, pid};
    // Nobody else could be told when the caller is gone.
    while (send(plan->channel, &message, sizeof message, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

static void fail(const struct cliblxc_attach_plan *plan, int step) __attribute__((noreturn));
static void fail(const struct cliblxc_attach_plan *plan, int step) {
    report(plan, CLIBLXC_ATTACH_FAILED, step, errno, 0);
    _exit(255);
}

static void demand(const struct cliblxc_attach_plan *plan, int step, int result) {
    if (result < 0) fail(plan, step);
}

// The file that takes this process's label. The host's: a /proc of the container may be anything.
static int open_label_file(const struct cliblxc_attach_plan *plan) {
    const int file = open(plan->label_file, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    struct statfs kind;
    if (file < 0 || fstatfs(file, &kind) < 0) return -1;
    if (kind.f_type == PROC_SUPER_MAGIC) return file;
    errno = EPERM;
    return -1;
}

static int enter_namespaces(const struct cliblxc_attach_plan *plan) {
    if (!plan->namespaces) return 0;
    if (setns(plan->init_handle, (int)plan->namespaces) == 0) return 0;
    // One may belong to another user namespace than the rest, which only the host's root may enter.
    if (errno != EPERM && errno != EINVAL) return -1;
    static const int order[] = {
        CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWCGROUP, 0x80 /* time */,
    };
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if ((plan->namespaces & (uint64_t)order[i]) && setns(plan->init_handle, order[i]) < 0) return -1;
    }
    return 0;
}

// CVE-2024-21626: a directory outside of the root shows as unreachable.
static int is_inside(void) {
    char path[4096];
    return syscall(SYS_getcwd, path, sizeof path) > 0 && path[0] == '/';
}

static int change_directory(const struct cliblxc_attach_plan *plan) {
    if (plan->directory && chdir(plan->directory) == 0 && is_inside()) return 0;
    if (plan->other_directory && chdir(plan->other_directory) == 0 && is_inside()) return 0;
    return chdir("/");
}

static int remount_proc_and_sys(void) {
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0) return -1;
    if (mount("proc", "/proc", "proc", flags, NULL) < 0) return -1;
    return mount("sysfs", "/sys", "sysfs", flags, NULL);
}

static int drop_capabilities(uint64_t dropped) {
    for (int number = 0; number <= HIGHEST_CAPABILITY; number++) {
        if (!(dropped >> number & 1)) continue;
        const int has = prctl(PR_CAPBSET_READ, number, 0, 0, 0);
        if (has < 0) break; // the kernel knows no more
        if (has && prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0) return -1;
    }
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) return -1;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    if (syscall(SYS_capget, &header, sets) < 0) return -1;
    // CVE-2022-24769: a file with inheritable capabilities must not gain any.
    sets[0].inheritable = sets[1].inheritable = 0;
    return (int)syscall(SYS_capset, &header, sets);
}

static int send_listener(const struct cliblxc_attach_plan *plan, int listener) {
    struct cliblxc_attach_report report = {.kind = CLIBLXC_ATTACH_LISTENER};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec part = {&report, sizeof report};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof listener)};
    memcpy(CMSG_DATA(header), &listener, sizeof listener);
    ssize_t count;
    do { count = sendmsg(plan->channel, &message, MSG_NOSIGNAL); } while (count < 0 && errno == EINTR);
    close(listener);
    return count < 0 ? -1 : 0;
}

static void load_filter(const struct cliblxc_attach_plan *plan) {
    if (!plan->filter) return;
    struct sock_fprog program = {plan->filter_count, (struct sock_filter *)plan->filter};
    if (!plan->filter_notifies) {
        demand(plan, CLIBLXC_ATTACH_FILTER, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
        return;
    }
    // Only a deadly signal interrupts a call that is being decided; Linux 5.19.
    const unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | 1UL << 5, &program);
    if (listener < 0 && errno == EINVAL) listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    demand(plan, CLIBLXC_ATTACH_FILTER, (int)listener);
    demand(plan, CLIBLXC_ATTACH_FILTER, send_listener(plan, (int)listener));
}

// Whoever has the keyring of the caller's session can use its keys, also from another user namespace.
static void join_keyring(const struct cliblxc_attach_plan *plan) {
    if (!plan->joins_keyring) return;
    // A kernel without keyrings has no keys.
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0) < 0 && errno != ENOSYS) fail(plan, CLIBLXC_ATTACH_KEYRING);
}

// The system calls themselves: those of the C library change the ids of all threads, and wait for threads that are not here.
static void become_user(const struct cliblxc_attach_plan *plan) {
    if (plan->group_count >= 0) {
        demand(plan, CLIBLXC_ATTACH_GROUPS, (int)syscall(SYS_setgroups, (size_t)plan->group_count, plan->groups));
    }
    if (plan->sets_gid) demand(plan, CLIBLXC_ATTACH_GID, (int)syscall(SYS_setresgid, plan->gid, plan->gid, plan->gid));
    if (plan->sets_uid) demand(plan, CLIBLXC_ATTACH_UID, (int)syscall(SYS_setresuid, plan->uid, plan->uid, plan->uid));
    // Changing ids makes the process traceable again.
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void set_streams(const struct cliblxc_attach_plan *plan) {
    int sources[3];
    for (int number = 0; number < 3; number++) {
        sources[number] = plan->streams[number];
        // Moved out of the way: what becomes a later stream must not be overwritten by an earlier one.
        if (sources[number] >= 0 && sources[number] < number) {
            sources[number] = fcntl(sources[number], F_DUPFD_CLOEXEC, 3);
            demand(plan, CLIBLXC_ATTACH_STREAMS, sources[number]);
        }
    }
    for (int number = 0; number < 3; number++) {
        const int source = sources[number];
        if (source < 0) continue;
        if (source != number) {
            if (number < 2) {
                for (int later = number + 1; later < 3; later++) {
                    if (sources[later] != number) continue;
                    sources[later] = fcntl(number, F_DUPFD_CLOEXEC, 3);
                    demand(plan, CLIBLXC_ATTACH_STREAMS, sources[later]);
                }
            }
            demand(plan, CLIBLXC_ATTACH_STREAMS, dup2(source, number));
        } else {
            const int flags = fcntl(number, F_GETFD);
            if (flags >= 0) fcntl(number, F_SETFD, flags & ~FD_CLOEXEC);
        }
    }
}

static void set_terminal(const struct cliblxc_attach_plan *plan) {
    if (plan->terminal < 0) return;
    demand(plan, CLIBLXC_ATTACH_TERMINAL, setsid());
    demand(plan, CLIBLXC_ATTACH_TERMINAL, ioctl(plan->terminal, TIOCSCTTY, 0));
}

// The process in the container, until it calls the function.
static void run_function(const struct cliblxc_attach_plan *plan, const sigset_t *signals) __attribute__((noreturn));
static void run_function(const struct cliblxc_attach_plan *plan, const sigset_t *signals) {
    if (plan->remounts_proc_and_sys) demand(plan, CLIBLXC_ATTACH_REMOUNT, remount_proc_and_sys());
    if (plan->sets_personality) demand(plan, CLIBLXC_ATTACH_PERSONALITY, personality(plan->personality));
    set_terminal(plan);
    if (plan->drops_capabilities) demand(plan, CLIBLXC_ATTACH_CAPABILITIES, drop_capabilities(plan->dropped_capabilities));
    if (plan->filters_early) {
        join_keyring(plan);
        load_filter(plan);
    }
    become_user(plan);
    if (!plan->filters_early) join_keyring(plan);
    if (plan->no_new_privileges) {
        demand(plan, CLIBLXC_ATTACH_NO_NEW_PRIVILEGES, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    }
    set_streams(plan);
    environ = plan->environment;
    if (!plan->filters_early) load_filter(plan);
    report(plan, CLIBLXC_ATTACH_READY, 0, 0, 0);
    close(plan->channel);
    sigprocmask(SIG_SETMASK, signals, NULL);
    _exit(plan->function(plan->payload));
}

// The process between host and container.
static void enter(const struct cliblxc_attach_plan *plan, const sigset_t *signals) __attribute__((noreturn));
static void enter(const struct cliblxc_attach_plan *plan, const sigset_t *signals) {
    char byte;
    ssize_t count;
    // A caller that dies takes this process along; another thread's child may hold a copy of its end of the conversation.
    demand(plan, CLIBLXC_ATTACH_BEGIN, prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
    close(plan->callers_channel);
    do { count = recv(plan->channel, &byte, 1, 0); } while (count < 0 && errno == EINTR);
    if (count != 1) _exit(255);
    // Nobody in the container may look into this process, which has the caller's memory. Not before: the files in /proc of a process that
    // nobody may look into are root's, and the caller has just written to them.
    demand(plan, CLIBLXC_ATTACH_BEGIN, prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
    if (plan->core_scheduling) {
        demand(
            plan, CLIBLXC_ATTACH_CORE_SCHEDULING,
            prctl(PR_SCHED_CORE, PR_SCHED_CORE_SHARE_FROM, (unsigned long)plan->core_scheduling, 0, 0));
    }
    int label = -1;
    if (plan->label) {
        label = open_label_file(plan);
        demand(plan, CLIBLXC_ATTACH_LABEL, label);
    }
    demand(plan, CLIBLXC_ATTACH_NAMESPACES, enter_namespaces(plan));
    close(plan->init_handle);
    if (plan->namespaces & CLONE_NEWNS) demand(plan, CLIBLXC_ATTACH_DIRECTORY, change_directory(plan));
    else if (plan->directory) demand(plan, CLIBLXC_ATTACH_DIRECTORY, chdir(plan->directory));
    // The copy inherits the label. It cannot take it itself: nobody else may open its file for it, since Linux 5.13 only who may look into a
    // process, and an ordinary user may not look into one in a container.
    if (plan->label) {
        demand(plan, CLIBLXC_ATTACH_LABEL, (int)write(label, plan->label, plan->label_length));
        close(label);
    }
    // A child of the caller, who waits for it. The plain call: this process has one thread, and handlers have run at the fork.
#if defined(__s390x__)
    const pid_t pid = (pid_t)syscall(SYS_clone, 0, CLONE_PARENT | SIGCHLD);
#else
    const pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
#endif
    demand(plan, CLIBLXC_ATTACH_CLONE, pid);
    if (pid == 0) run_function(plan, signals);
    report(plan, CLIBLXC_ATTACH_BORN, 0, 0, pid);
    _exit(0);
}

pid_t cliblxc_attach_fork(const struct cliblxc_attach_plan *plan) {
    sigset_t all, before;
    sigfillset(&all);
    // The caller's handlers know nothing of these processes.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // The C library's fork: it makes malloc usable in the child, which the caller's function may need.
    const pid_t pid = fork();
    if (pid == 0) enter(plan, &before);
    const int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pid < 0 ? -error : pid;
}
