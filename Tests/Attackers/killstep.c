// SPDX-License-Identifier: Apache-2.0
// killstep N one|all PROGRAM [ARG...]: runs the program, and kills it with SIGKILL right before the N-th call, of it and its children
// together, that changes something; 0 only counts. `one`: whoever makes the call; `all`: everybody.
// Its last line on standard error: killstep: COUNT calls, CALL killed, status STATUS (of the program, 256 and above for signals).
//
// strace counts for each process and each name of a call, so that most steps of a program with several processes could not be reached.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const long changing[] = {
#ifdef SYS_mkdir
    SYS_mkdir, SYS_rmdir, SYS_unlink, SYS_rename, SYS_link, SYS_symlink, SYS_mknod, SYS_chmod, SYS_chown, SYS_lchown, SYS_creat, SYS_vfork,
    SYS_fork,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
    SYS_mkdirat, SYS_unlinkat, SYS_renameat2, SYS_linkat, SYS_symlinkat, SYS_mknodat, SYS_fchmodat, SYS_fchmod, SYS_fchownat, SYS_fchown,
    SYS_utimensat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr, SYS_fremovexattr, SYS_truncate, SYS_ftruncate, SYS_fallocate,
    SYS_write, SYS_writev, SYS_pwrite64, SYS_copy_file_range, SYS_sendfile, SYS_sendmsg, SYS_sendto, SYS_fsync, SYS_fdatasync, SYS_syncfs,
    SYS_ioctl, SYS_mount, SYS_umount2, SYS_unshare, SYS_bind, SYS_clone, SYS_clone3, SYS_execve, SYS_open_tree, SYS_move_mount, SYS_fsopen,
    SYS_fsconfig, SYS_fsmount, SYS_mount_setattr,
};

static pid_t tracees[256];

static void remember(pid_t pid) {
    int free = -1;
    for (int i = 0; i < 256; i++) {
        if (tracees[i] == pid) return;
        if (tracees[i] == 0 && free < 0) free = i;
    }
    if (free >= 0) tracees[free] = pid;
}

static void forget(pid_t pid) {
    for (int i = 0; i < 256; i++)
        if (tracees[i] == pid) tracees[i] = 0;
}

static int changes(pid_t pid, const struct __ptrace_syscall_info *info) {
    long number = (long)info->entry.nr;
#ifdef SYS_open
    if (number == SYS_open) return (info->entry.args[1] & (O_CREAT | O_TRUNC)) != 0;
#endif
    if (number == SYS_openat) return (info->entry.args[2] & (O_CREAT | O_TRUNC)) != 0;
    if (number == SYS_openat2) {
        // struct open_how begins with the flags.
        errno = 0;
        long flags = ptrace(PTRACE_PEEKDATA, pid, (void *)(uintptr_t)info->entry.args[2], NULL);
        return errno == 0 && (flags & (O_CREAT | O_TRUNC)) != 0;
    }
    for (size_t i = 0; i < sizeof changing / sizeof *changing; i++)
        if (changing[i] == number) return 1;
    return 0;
}

int main(int count, char **words) {
    if (count < 4) return 2;
    long wanted = atol(words[1]), calls = 0, killed = -1;
    int everybody = strcmp(words[2], "all") == 0, result = -1, ready[2];
    if (pipe2(ready, O_CLOEXEC)) return 2;
    pid_t first = fork();
    if (first < 0) return 2;
    if (first == 0) {
        char byte;
        close(ready[1]);
        if (read(ready[0], &byte, 1) != 1) _exit(126);
        execv(words[3], words + 3);
        _exit(127);
    }
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, first, NULL, options) || ptrace(PTRACE_INTERRUPT, first, NULL, NULL)) {
        perror("killstep: ptrace");
        kill(first, SIGKILL);
        return 2;
    }
    if (write(ready[1], "x", 1) != 1) return 2;
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0) {
            if (errno == EINTR) continue;
            break;
        }
        if (!WIFSTOPPED(status)) {
            forget(pid);
            if (pid == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
            continue;
        }
        remember(pid);
        int signal = WSTOPSIG(status), event = status >> 16;
        if (signal == (SIGTRAP | 0x80)) {
            struct __ptrace_syscall_info info;
            signal = 0;
            long length = ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info);
            if (length > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY && changes(pid, &info) && ++calls == wanted) {
                killed = (long)info.entry.nr;
                for (int i = 0; i < 256; i++)
                    if (tracees[i] && (everybody || tracees[i] == pid)) kill(tracees[i], SIGKILL);
                continue;
            }
        } else if (event) {
            signal = 0;
        }
        ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(uintptr_t)signal);
    }
    fprintf(stderr, "killstep: %ld calls, %ld killed, status %d\n", calls, killed, result);
    return 0;
}
