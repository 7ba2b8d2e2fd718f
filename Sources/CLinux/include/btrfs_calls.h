// SPDX-License-Identifier: Apache-2.0
// Subvolumes of btrfs. Names and arguments are copied into the kernel's structures here, since Swift sees their arrays as tuples.
#ifndef CLINUX_BTRFS_CALLS_H
#define CLINUX_BTRFS_CALLS_H

#include <errno.h>
#include <linux/btrfs.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

static inline int clinux_btrfs_name(char *field, size_t room, const char *name) {
    size_t length = strlen(name);
    if (length >= room) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(field, name, length + 1);
    return 0;
}

static inline int clinux_btrfs_create(int parent, const char *name) {
    struct btrfs_ioctl_vol_args arguments;
    memset(&arguments, 0, sizeof(arguments));
    if (clinux_btrfs_name(arguments.name, sizeof(arguments.name), name) != 0) return -1;
    return ioctl(parent, (int)BTRFS_IOC_SUBVOL_CREATE, &arguments);
}

static inline int clinux_btrfs_snapshot(int source, int parent, const char *name) {
    struct btrfs_ioctl_vol_args_v2 arguments;
    memset(&arguments, 0, sizeof(arguments));
    arguments.fd = source;
    if (clinux_btrfs_name(arguments.name, sizeof(arguments.name), name) != 0) return -1;
    return ioctl(parent, (int)BTRFS_IOC_SNAP_CREATE_V2, &arguments);
}

static inline int clinux_btrfs_destroy(int parent, const char *name) {
    struct btrfs_ioctl_vol_args arguments;
    memset(&arguments, 0, sizeof(arguments));
    if (clinux_btrfs_name(arguments.name, sizeof(arguments.name), name) != 0) return -1;
    return ioctl(parent, (int)BTRFS_IOC_SNAP_DESTROY, &arguments);
}

static inline int clinux_btrfs_make_writable(int subvolume) {
    uint64_t flags = 0;
    return ioctl(subvolume, (int)BTRFS_IOC_SUBVOL_SETFLAGS, &flags);
}

// One subvolume directly below another one.
struct clinux_btrfs_child {
    uint64_t tree;
    uint64_t directory;
};

// The first subvolumes below one, at most `room`; the number of them, or -1.
static inline int clinux_btrfs_children(int subvolume, struct clinux_btrfs_child *children, int room) {
    struct btrfs_ioctl_get_subvol_rootref_args arguments;
    memset(&arguments, 0, sizeof(arguments));
    // EOVERFLOW: there are more than fit; those that fit are there.
    if (ioctl(subvolume, (int)BTRFS_IOC_GET_SUBVOL_ROOTREF, &arguments) != 0 && errno != EOVERFLOW) return -1;
    int count = arguments.num_items < room ? arguments.num_items : room;
    for (int i = 0; i < count; i++) {
        children[i].tree = arguments.rootref[i].treeid;
        children[i].directory = arguments.rootref[i].dirid;
    }
    return count;
}

// Where a child is: its folder below the subvolume (empty, or with a slash at its end) and its name, one behind the other.
static inline int clinux_btrfs_child_path(int subvolume, const struct clinux_btrfs_child *child, char *path, size_t room) {
    struct btrfs_ioctl_ino_lookup_user_args arguments;
    memset(&arguments, 0, sizeof(arguments));
    arguments.dirid = child->directory;
    arguments.treeid = child->tree;
    if (ioctl(subvolume, (int)BTRFS_IOC_INO_LOOKUP_USER, &arguments) != 0) return -1;
    size_t folder = strnlen(arguments.path, sizeof(arguments.path)), name = strnlen(arguments.name, sizeof(arguments.name));
    if (folder + name >= room) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(path, arguments.path, folder);
    memcpy(path + folder, arguments.name, name);
    path[folder + name] = 0;
    return 0;
}

#endif
