// SPDX-License-Identifier: Apache-2.0
// A program that drives LXC by its C library, in the two ways that the documents have.
//   driver create PATH NAME CONFIG      makes, starts, enters, shuts down and removes a container
//   driver decided PATH NAME DIRECTORY  makes a directory in a running container, in a function that is attached
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
    if (strcmp(words[1], "decided") == 0) return decided(c, words[4]);
    int status = strcmp(words[1], "create") == 0 ? create(c, words[4]) : forkstart(c, words[4], words[5]);
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
