// SPDX-License-Identifier: Apache-2.0
#ifndef CLIBLXC_ATTACH_CHILD_H
#define CLIBLXC_ATTACH_CHILD_H

#include <lxc/attach_options.h>
#include <stdint.h>

// A process of the caller's own program that enters a container and calls a function there. Everything is decided before: between fork
// and the function only calls follow that are allowed after the fork of a program with threads (signal-safety(7)).

// Everything that the two processes need; every pointer stays valid until cliblxc_attach_fork() returns, which is after the fork.
struct cliblxc_attach_plan {
    int init_handle;                // pidfd of the container's init
    int channel;                    // the children's end of a SOCK_SEQPACKET pair
    int callers_channel;            // the caller's, of which the children must not hold a copy
    uint64_t namespaces;            // CLONE_NEW* to enter
    int core_scheduling;            // process whose group is joined, or 0
    const char *directory;          // the first that exists in the container is taken
    const char *other_directory;
    int remounts_proc_and_sys;
    int sets_personality;
    unsigned long personality;
    int drops_capabilities;
    uint64_t dropped_capabilities;
    int group_count;                // supplementary groups; -1 leaves the caller's
    const gid_t *groups;
    int sets_gid, sets_uid;
    gid_t gid;
    uid_t uid;
    const char *label;              // written to label_file of the process itself, or NULL
    size_t label_length;
    const char *label_file;
    int no_new_privileges;
    int joins_keyring;              // a new session keyring, so that the caller's keys stay behind
    const void *filter;             // sock_filter array, or NULL
    unsigned short filter_count;
    int filter_notifies;            // calls wait for a decision then: the report has the descriptor where they do
    int filters_early;              // before the ids change: afterwards it would not be permitted
    int terminal;                   // becomes the controlling terminal, or -1
    int streams[3];                 // what becomes standard input, output and error
    char **environment;             // NAME=VALUE lines, ended by NULL
    lxc_attach_exec_t function;
    void *payload;
};

// Where a child is when something fails; also what `step` of a report means.
enum cliblxc_attach_step {
    CLIBLXC_ATTACH_BEGIN,
    CLIBLXC_ATTACH_CORE_SCHEDULING,
    CLIBLXC_ATTACH_NAMESPACES,
    CLIBLXC_ATTACH_DIRECTORY,
    CLIBLXC_ATTACH_LABEL,
    CLIBLXC_ATTACH_CLONE,
    CLIBLXC_ATTACH_REMOUNT,
    CLIBLXC_ATTACH_PERSONALITY,
    CLIBLXC_ATTACH_CAPABILITIES,
    CLIBLXC_ATTACH_GROUPS,
    CLIBLXC_ATTACH_GID,
    CLIBLXC_ATTACH_UID,
    CLIBLXC_ATTACH_NO_NEW_PRIVILEGES,
    CLIBLXC_ATTACH_KEYRING,
    CLIBLXC_ATTACH_FILTER,
    CLIBLXC_ATTACH_TERMINAL,
    CLIBLXC_ATTACH_STREAMS,
};

enum cliblxc_attach_kind { CLIBLXC_ATTACH_BORN = 1, CLIBLXC_ATTACH_READY, CLIBLXC_ATTACH_FAILED, CLIBLXC_ATTACH_LISTENER };

// What the children say over the channel.
struct cliblxc_attach_report {
    int32_t kind;
    int32_t step;
    int32_t error;
    int32_t pid;
};

// Forks; the children wait for one byte before they begin. Returns the first one's pid, or a negative error number.
pid_t cliblxc_attach_fork(const struct cliblxc_attach_plan *plan);

#endif
