// SPDX-License-Identifier: Apache-2.0
// What copying a directory tree needs beyond the C library's common part: getdents64(2), lseek(2) to data and holes, and working on a place
// that is open with O_PATH only, by way of /proc/self/fd.
#ifndef CLINUX_TREE_COPY_H
#define CLINUX_TREE_COPY_H

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

// Hidden without _GNU_SOURCE; the same on every architecture that has the generic numbers, x86 included.
#define CLINUX_O_NOATIME 01000000
#define CLINUX_SEEK_DATA 3
#define CLINUX_SEEK_HOLE 4

static inline long clinux_getdents(int directory, void *room, size_t size) {
    return syscall(SYS_getdents64, directory, room, size);
}


struct clinux_descriptor_path {
    char text[32];
};

// snprintf(3) would take longer than the call that gets the path.
static inline struct clinux_descriptor_path clinux_descriptor_path(int descriptor) {
    struct clinux_descriptor_path path = {"/proc/self/fd/"};
    unsigned length = 14, digits = 1, rest = (unsigned)descriptor;
    for (unsigned left = rest; left >= 10; left /= 10) digits++;
    for (unsigned index = digits; index > 0; index--, rest /= 10) path.text[length + index - 1] = (char)('0' + rest % 10);
    path.text[length + digits] = 0;
    return path;
}

// Opens what an O_PATH descriptor stands for; not a link.
static inline int clinux_reopen(int descriptor, int flags) {
    struct clinux_descriptor_path path = clinux_descriptor_path(descriptor);
    return open(path.text, flags);
}

// The same number on every architecture; Linux 6.13.
#define CLINUX_SYS_LISTXATTRAT 465

// Names of the extended attributes of an entry, of a link itself; `place` is open for it with O_PATH. Without listxattrat(2), where a
// filter does not know it, or when the name is gone by now, by way of /proc/self/fd, which takes 15 times as long.
static inline long clinux_list_entry_attributes(int directory, const char *name, int place, char *room, size_t size) {
    long length = syscall(CLINUX_SYS_LISTXATTRAT, directory, name, AT_SYMLINK_NOFOLLOW, room, size);
    if (length >= 0 || (errno != ENOSYS && errno != EPERM && errno != ENOENT)) return length;
    struct clinux_descriptor_path path = clinux_descriptor_path(place);
    return listxattr(path.text, room, size);
}

// An extended attribute of an open file, or (`is_path`) of the very thing that an O_PATH descriptor stands for, links included.
static inline long clinux_get_attribute(int descriptor, int is_path, const char *name, void *room, size_t size) {
    if (!is_path) return fgetxattr(descriptor, name, room, size);
    struct clinux_descriptor_path path = clinux_descriptor_path(descriptor);
    return getxattr(path.text, name, room, size);
}

static inline int clinux_set_attribute(int descriptor, int is_path, const char *name, const void *value, size_t size) {
    if (!is_path) return fsetxattr(descriptor, name, value, size, 0);
    struct clinux_descriptor_path path = clinux_descriptor_path(descriptor);
    return setxattr(path.text, name, value, size, 0);
}

static inline int clinux_remove_attribute(int descriptor, const char *name) { return fremovexattr(descriptor, name); }

// The times of `struct stat`, which have other names when the C library thinks of an older POSIX.
static inline void clinux_file_times(const struct stat *status, struct timespec times[2]) {
    times[0] = status->st_atim;
    times[1] = status->st_mtim;
}

#endif
