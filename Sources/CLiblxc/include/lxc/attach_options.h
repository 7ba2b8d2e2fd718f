/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LXC_ATTACH_OPTIONS_H
#define LXC_ATTACH_OPTIONS_H

#include <errno.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of the caller's environment. */
typedef enum lxc_attach_env_policy_t {
    LXC_ATTACH_KEEP_ENV = 0,
    /* Only what extra_keep_env names is kept. */
    LXC_ATTACH_CLEAR_ENV = 1,
} lxc_attach_env_policy_t;

enum {
    /* These are part of LXC_ATTACH_DEFAULT. */
    LXC_ATTACH_MOVE_TO_CGROUP = 0x00000001,
    LXC_ATTACH_DROP_CAPABILITIES = 0x00000002,
    LXC_ATTACH_SET_PERSONALITY = 0x00000004,
    LXC_ATTACH_LSM_EXEC = 0x00000008,
    /* These have to be asked for. */
    LXC_ATTACH_REMOUNT_PROC_SYS = 0x00010000,
    LXC_ATTACH_LSM_NOW = 0x00020000,
    LXC_ATTACH_NO_NEW_PRIVS = 0x00040000,
    LXC_ATTACH_TERMINAL = 0x00080000,
    LXC_ATTACH_LSM_LABEL = 0x00100000,
    LXC_ATTACH_SETGROUPS = 0x00200000,
    LXC_ATTACH_DEFAULT = 0x0000FFFF
};

#define LXC_ATTACH_LSM (LXC_ATTACH_LSM_EXEC | LXC_ATTACH_LSM_NOW | LXC_ATTACH_LSM_LABEL)
/* The personality of the container's own configuration. */
#define LXC_ATTACH_DETECT_PERSONALITY ~0L

/* Runs in the container; what it returns is the exit status of its process. */
typedef int (*lxc_attach_exec_t)(void *payload);

typedef struct lxc_groups_t {
    size_t size;
    gid_t *list;
} lxc_groups_t;

typedef struct lxc_attach_options_t {
    /* LXC_ATTACH_*. */
    int attach_flags;
    /* CLONE_NEW*; -1 for the namespaces that the container has of its own. */
    int namespaces;
    long personality;
    /* NULL for the caller's directory if the container has one of that name, else the root directory. */
    char *initial_cwd;
    /* Ids in the container; -1 for those of the container's init. */
    uid_t uid;
    gid_t gid;
    lxc_attach_env_policy_t env_policy;
    /* NAME=VALUE each, ended by NULL. */
    char **extra_env_vars;
    /* Names, ended by NULL. */
    char **extra_keep_env;
    int stdin_fd;
    int stdout_fd;
    int stderr_fd;
    int log_fd;
    /* Read only with LXC_ATTACH_LSM_LABEL. */
    char *lsm_label;
    /* Read only with LXC_ATTACH_SETGROUPS. */
    lxc_groups_t groups;
} lxc_attach_options_t;

#define LXC_ATTACH_OPTIONS_DEFAULT                                                                                            \
    {                                                                                                                         \
        .attach_flags = LXC_ATTACH_DEFAULT, .namespaces = -1, .personality = LXC_ATTACH_DETECT_PERSONALITY,                   \
        .initial_cwd = NULL, .uid = (uid_t)-1, .gid = (gid_t)-1, .env_policy = LXC_ATTACH_KEEP_ENV, .extra_env_vars = NULL,   \
        .extra_keep_env = NULL, .stdin_fd = 0, .stdout_fd = 1, .stderr_fd = 2, .log_fd = -EBADF, .lsm_label = NULL,           \
        .groups = {.size = 0, .list = NULL},                                                                                  \
    }

/* The payload of lxc_attach_run_command. */
typedef struct lxc_attach_command_t {
    char *program;
    /* With the program's own name first, ended by NULL. */
    char **argv;
} lxc_attach_command_t;

/* Executes a program; for use as lxc_attach_exec_t. */
extern int lxc_attach_run_command(void *payload);
/* Executes the user's shell; the payload is not read. */
extern int lxc_attach_run_shell(void *payload);

#ifdef __cplusplus
}
#endif

#endif
