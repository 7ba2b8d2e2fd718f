// SPDX-License-Identifier: Apache-2.0
// memfd_create(2) and its seals.
#ifndef CLINUX_MEMORY_FILES_H
#define CLINUX_MEMORY_FILES_H

#include <fcntl.h>
#include <linux/fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int clinux_memfd_create(const char *name) { return (int)syscall(SYS_memfd_create, name, 3 /* CLOEXEC, sealable */); }

// No growing, shrinking, writing, or further seals.
static inline int clinux_seal(int descriptor) { return fcntl(descriptor, 1033 /* F_ADD_SEALS */, 0xF); }

#endif
