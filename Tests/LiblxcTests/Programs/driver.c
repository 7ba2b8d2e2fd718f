// SPDX-License-Identifier: Apache-2.0
// A program that drives LXC by its C library, in the ways that the documents have.
//   driver create PATH NAME CONFIG      makes, starts, enters, shuts down and removes a container
//   driver decided PATH NAME DIRECTORY  makes a directory in a running container, in a function that is attached
//   driver label PATH NAME -            prints the label of functions and a command in a running container
//   driver criu PATH NAME DIRECTORY     writes a running container to disk, and takes it up again
//   driver terminal PATH NAME -         runs a command and a function in a running container, with a terminal
//   driver forkstart PATH NAME CONFIG LOG   starts one in the background by a configuration file, as a daemon's helper does
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define must(what)                                                                                                     \
    do {                                                                                                               \
        if (!(what)) {                                                                                                 \
            printf("failed: %s\n", #what);                                                                             \
            return 1;                                                                                                  \
        }                                                                                                              \
    } while (0)

static int create(struct lxc_container *c, const char *config) {
    char *words[] = {NULL};
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    must(!c->is_defined(c));
    must(c->load_config(c, config));
    must(c->create(c, "busybox", NULL, NULL, LXC_CREATE_QUIET, words));
    must(c->is_defined(c));
    must(c->want_daemonize(c, true));
    must(c->start(c, 0, NULL));
    must(c->is_running(c) && c->init_pid(c) > 1);
    printf("%s\n", c->state(c));
    fflush(stdout);
    must(c->attach_run_wait(c, &options, "sh", (const char *[]){"sh", "-c", "hostname; exit 7", NULL}) >> 8 == 7);
    must(c->shutdown(c, 20));
    printf("%s\n", c->state(c));
    must(c->destroy(c));
    must(!c->is_defined(c));
    return 0;
}

// A command and a function, each with a terminal of its own, which this thread carries.
static int look(void *payload) {
    (void)payload;
    return isatty(0) && isatty(1) && isatty(2) && tcgetpgrp(0) == getpgrp() ? 4 : 5;
}

static int terminal(struct lxc_container *c) {
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    options.attach_flags |= LXC_ATTACH_TERMINAL;
    const char *script = "tty; [ -e /dev/tty ] && : < /dev/tty && [ -t 0 ] && [ -t 2 ] && echo all; seq 20000 | tail -n 1; exit 9";
    must(c->attach_run_wait(c, &options, "sh", (const char *[]){"sh", "-c", script, NULL}) >> 8 == 9);
    pid_t pid = -1;
    int status = -1;
    must(c->attach(c, look, NULL, &options, &pid) == 0);
    must(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 4);
    return 0;
}

// The label of a security module. What is asked for besides has to be allowed with it.
static int print_label(void *payload) {
    (void)payload;
    char line[256];
    FILE *file = fopen("/proc/self/attr/current", "r");
    if (!file || !fgets(line, sizeof line, file)) return 1;
    printf("%d %s", getpid() > 1 && geteuid() == 0, line);
    fflush(stdout);
    return 0;
}

static int label(struct lxc_container *c) {
    // With the next program, at once, at once with a mount besides.
    const int flags[] = {0, LXC_ATTACH_LSM_NOW, LXC_ATTACH_LSM_NOW | LXC_ATTACH_REMOUNT_PROC_SYS};
    for (int i = 0; i < 3; i++) {
        lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
        options.attach_flags |= flags[i];
        pid_t pid = -1;
        int status = -1;
        must(c->attach(c, print_label, NULL, &options, &pid) == 0);
        must(waitpid(pid, &status, 0) == pid && status == 0);
        must(c->attach_run_wait(c, &options, "cat", (const char *[]){"cat", "/proc/self/attr/current", NULL}) == 0);
    }
    return 0;
}

static int criu(struct lxc_container *c, char *directory) {
    must(c->checkpoint(c, directory, true, false));
    printf("%s\n", c->state(c));
    must(!c->restore(c, "/nowhere", false));
    must(c->restore(c, directory, false));
    printf("%s\n", c->state(c));
    // Only once.
    must(!c->restore(c, directory, false));
    return 0;
}

static int forkstart(struct lxc_container *c, const char *config, const char *log) {
    // The file counts, whatever lies in the container path.
    c->clear_config(c);
    must(c->load_config(c, config));
    must(c->set_config_item(c, "lxc.log.file", log));
    must(c->set_config_item(c, "lxc.log.level", "debug"));
    must(c->want_daemonize(c, true));
    // True is only told of a container that runs: there is nothing to wait for.
    must(c->start(c, 0, NULL));
    printf("%s\n", c->state(c));
    must(c->wait(c, "RUNNING", 0));
    return 0;
}

static int make_directory(void *path) { return mkdir(path, 0755) == 0 ? 0 : 1; }

static int decided(struct lxc_container *c, char *path) {
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    pid_t pid;
    must(c->attach(c, make_directory, path, &options, &pid) == 0);
    int status;
    must(waitpid(pid, &status, 0) == pid);
    printf("%d %s\n", WEXITSTATUS(status), c->seccomp_notify_fd_active(c) >= 0 ? "a descriptor" : "none");
    return 0;
}

int main(int count, char **words) {
    if (count < 5) return 2;
    struct lxc_container *c = lxc_container_new(words[3], words[2]);
    must(c != NULL);
    int status = 2;
    if (strcmp(words[1], "create") == 0) status = create(c, words[4]);
    if (strcmp(words[1], "decided") == 0) status = decided(c, words[4]);
    if (strcmp(words[1], "label") == 0) status = label(c);
    if (strcmp(words[1], "criu") == 0) status = criu(c, words[4]);
    if (strcmp(words[1], "terminal") == 0) status = terminal(c);
    if (strcmp(words[1], "forkstart") == 0) status = forkstart(c, words[4], words[5]);
    if (status == 0 && strcmp(words[1], "forkstart") == 0 && count > 6) {
        // What cannot be started is told as that, with a reason in the log.
        must(c->stop(c));
        must(c->set_config_item(c, "lxc.init.cmd", "/sbin/no-such-init"));
        must(!c->start(c, 0, NULL));
        printf("%s %d\n", c->state(c), c->error_num != 0);
    }
    lxc_container_put(c);
    return status;
}
