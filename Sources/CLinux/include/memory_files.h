// SPDX-License-Identifier: Apache-2.0
// memfd_create(2) and its seals.
#ifndef CLINUX_MEMORY_FILES_H
#define CLINUX_MEMORY_FILES_H

#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int clinux_memfd_create(const char *name) { return (int)syscall(SYS_memfd_create, name, 3 /* CLOEXEC, sealable */); }

// No growing, shrinking, writing, or further seals.
static inline int clinux_seal(int descriptor) { return fcntl(descriptor, 1033 /* F_ADD_SEALS */, 0xF); }

// The seals of a file in memory; negative for other files.
static inline int clinux_seals(int descriptor) { return fcntl(descriptor, 1034 /* F_GET_SEALS */); }

// Whether the mount that an open file belongs to is read-only.
static inline int clinux_is_read_only(int descriptor, int *read_only) {
    struct statvfs status;
    int result = fstatvfs(descriptor, &status);
    *read_only = result == 0 && (status.f_flag & ST_RDONLY) != 0;
    return result;
}

#endif
