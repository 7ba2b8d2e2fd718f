// SPDX-License-Identifier: Apache-2.0
// Locks over a whole file: fcntl(2) is variadic, and the open-file-description commands are hidden without _GNU_SOURCE.
#ifndef CLINUX_FILE_LOCKS_H
#define CLINUX_FILE_LOCKS_H

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#define CLINUX_OFD_GETLK 36
#define CLINUX_OFD_SETLK 37

static inline int clinux_set_lock(int file, int command, short type) {
    struct flock lock;
    memset(&lock, 0, sizeof(lock));
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return fcntl(file, command, &lock);
}

// 1 when a write lock would have to wait for somebody, 0 when not, -1 on failure.
static inline int clinux_is_locked(int file) {
    struct flock lock;
    memset(&lock, 0, sizeof(lock));
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (fcntl(file, CLINUX_OFD_GETLK, &lock) < 0) return -1;
    return lock.l_type == F_UNLCK ? 0 : 1;
}

static inline int clinux_try_flock(int file) { return flock(file, LOCK_EX | LOCK_NB); }
static inline int clinux_try_shared_flock(int file) { return flock(file, LOCK_SH | LOCK_NB); }

#endif
