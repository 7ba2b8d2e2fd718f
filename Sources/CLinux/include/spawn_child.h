// SPDX-License-Identifier: Apache-2.0
#ifndef CLINUX_SPAWN_CHILD_H
#define CLINUX_SPAWN_CHILD_H

#include <stdint.h>

// What the child does between vfork and exec; every pointer stays valid until the call returns.
struct clinux_spawn_plan {
    int executable;            // descriptor of the program, or -1: then path counts
    const char *path;          // program, when executable is -1
    char *const *arguments;    // NULL-terminated
    char *const *environment;  // NULL-terminated
    const int *descriptors;    // pairs: number here, number in the child; sorted so that no target is a later source
    int descriptor_count;      // number of pairs
    int new_session;           // setsid(2)
    int detached;              // double fork: the program's parent is the reaper of orphans
    int death_signal;          // the program gets it when its parent dies; 0 for none
    const char *directory;     // chdir(2), or NULL
    int private_mounts;        // a mount namespace of its own, whose mounts do not travel back
    int file_mask;             // umask(2), or -1 to keep the caller's
    int mount;                 // descriptor of a mount that is not attached yet, or -1; only with private_mounts
    const char *mount_target;  // the directory that it is attached to
};

// Starts a program without copying the caller's memory. Returns its pid; -1 with errno when a step failed, the step's
// number in *failed_step (1 clone, 2 descriptors, 3 directory, 4 exec, 5 mounts, 6 the mount). *pidfd gets a handle (not when detached).
int clinux_spawn(const struct clinux_spawn_plan *plan, int *pidfd, int *failed_step);

#endif
