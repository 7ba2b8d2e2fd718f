// SPDX-License-Identifier: Apache-2.0
// setns(2), unshare(2), ioctl_ns(2).
#ifndef CLINUX_NAMESPACES_H
#define CLINUX_NAMESPACES_H

#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int clinux_setns(int descriptor, int kinds) { return (int)syscall(SYS_setns, descriptor, kinds); }
static inline int clinux_unshare(int kinds) { return (int)syscall(SYS_unshare, kinds); }
static inline int clinux_namespace_owner(int descriptor) { return ioctl(descriptor, NS_GET_USERNS); }
static inline int clinux_namespace_parent(int descriptor) { return ioctl(descriptor, NS_GET_PARENT); }
static inline int clinux_namespace_kind(int descriptor) { return ioctl(descriptor, NS_GET_NSTYPE); }
static inline int clinux_namespace_creator(int descriptor, uid_t *user) { return ioctl(descriptor, NS_GET_OWNER_UID, user); }

// The C library's wrappers change the ids of all threads through signals; these act on the calling (only) thread.
static inline int clinux_setresuid(unsigned int real, unsigned int effective, unsigned int saved) {
    return (int)syscall(SYS_setresuid, real, effective, saved);
}
static inline int clinux_setresgid(unsigned int real, unsigned int effective, unsigned int saved) {
    return (int)syscall(SYS_setresgid, real, effective, saved);
}
static inline int clinux_setgroups(unsigned long count, const unsigned int *groups) {
    return (int)syscall(SYS_setgroups, count, groups);
}

// The system calls give back the old id and no error. The C library's work for one thread as well.
static inline unsigned int clinux_setfsuid(unsigned int user) { return (unsigned int)syscall(SYS_setfsuid, user); }

static inline unsigned int clinux_setfsgid(unsigned int group) { return (unsigned int)syscall(SYS_setfsgid, group); }

#endif
