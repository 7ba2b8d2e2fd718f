// SPDX-License-Identifier: Apache-2.0
// The mount calls of Linux 5.2 and later, and pivot_root(2).
#ifndef CLINUX_MOUNT_API_H
#define CLINUX_MOUNT_API_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static inline int clinux_filesystem_magic(int descriptor, int64_t *magic) {
    struct statfs status;
    int result = fstatfs(descriptor, &status);
    *magic = result == 0 ? (int64_t)status.f_type : 0;
    return result;
}

static inline int clinux_open_tree(int directory, const char *path, unsigned int flags) {
    return (int)syscall(SYS_open_tree, directory, path, flags);
}

static inline int clinux_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned int flags) {
    return (int)syscall(SYS_move_mount, from, from_path, to, to_path, flags);
}

static inline int clinux_fsopen(const char *type, unsigned int flags) { return (int)syscall(SYS_fsopen, type, flags); }

static inline int clinux_fsconfig(int context, unsigned int command, const char *key, const void *value, int extra) {
    return (int)syscall(SYS_fsconfig, context, command, key, value, extra);
}

static inline int clinux_fsmount(int context, unsigned int flags, unsigned int attributes) {
    return (int)syscall(SYS_fsmount, context, flags, attributes);
}

struct clinux_mount_attributes {
    uint64_t set;
    uint64_t clear;
    uint64_t propagation;
    uint64_t user_namespace;
};

static inline int clinux_mount_setattr(
    int directory, const char *path, unsigned int flags, const struct clinux_mount_attributes *attributes) {
    return (int)syscall(SYS_mount_setattr, directory, path, flags, attributes, sizeof(*attributes));
}

static inline int clinux_pivot_root(const char *new_root, const char *put_old) {
    return (int)syscall(SYS_pivot_root, new_root, put_old);
}

#endif
