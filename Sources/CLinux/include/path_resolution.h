// SPDX-License-Identifier: Apache-2.0
// openat2(2): path resolution confined to a directory.
#ifndef CLINUX_PATH_RESOLUTION_H
#define CLINUX_PATH_RESOLUTION_H

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel gives up a walk through ".." that must not leave the directory when anything on the host was renamed or mounted meanwhile
// (EAGAIN). Asked again it succeeds soon; a container that renames without end delays this by a tenth of a second at most.
static inline int clinux_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    int tries = resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT) ? 1 << 16 : 1;
    int opened;
    do opened = (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
    while (opened < 0 && errno == EAGAIN && --tries > 0);
    return opened;
}

// pipe2(2) is hidden behind a feature macro.
static inline int clinux_pipe(int *ends) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }

// open(2) and openat(2) are variadic, so Swift cannot call them with a mode.
static inline int clinux_openat(int directory, const char *path, int flags, unsigned int mode) {
    return openat(directory, path, flags, mode);
}

// renameat2 with RENAME_EXCHANGE.
static inline int clinux_exchange(const char *path, const char *other) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, 2);
}

// renameat2 with RENAME_NOREPLACE.
static inline int clinux_rename_new(const char *path, const char *other) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, 1);
}

#endif
