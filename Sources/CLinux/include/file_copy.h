// SPDX-License-Identifier: Apache-2.0
// Copying file content within the kernel: FICLONE shares the blocks, copy_file_range(2) copies without passing through us.
#ifndef CLINUX_FILE_COPY_H
#define CLINUX_FILE_COPY_H

#include <linux/fs.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int clinux_clone_content(int target, int source) { return ioctl(target, FICLONE, source); }

// syncfs(2) is hidden without _GNU_SOURCE.
static inline int clinux_synchronize_filesystem(int descriptor) { return (int)syscall(SYS_syncfs, descriptor); }

#endif
