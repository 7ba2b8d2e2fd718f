// SPDX-License-Identifier: Apache-2.0
// Containers that are started, attached to, asked and stopped by as many threads at the same time, again and again; then descriptors and
// memory are compared with what they were after the first round.
//
// usage: many_threads LXCPATH NAME THREADS ROUNDS; the containers NAME0, NAME1, ... are there.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lxc/lxccontainer.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *lxcpath, *prefix;
static atomic_int failures;

static int in_container(void *payload) {
    char host[300] = "";
    gethostname(host, sizeof host);
    // Memory that was allocated before the fork, and new memory: malloc must work here.
    char *copy = strdup(payload);
    const int result = copy && strcmp(copy, host) == 0 ? 11 : 12;
    free(copy);
    return result;
}

static void expect(bool isGood, const char *what, struct lxc_container *c) {
    if (isGood) return;
    failures++;
    fprintf(stderr, "%s: %s failed: %s\n", c->name, what, c->error_string ? c->error_string : "no reason");
}

static void *session(void *argument) {
    char name[300], value[300];
    snprintf(name, sizeof name, "%s%ld", prefix, (long)(intptr_t)argument);
    struct lxc_container *c = lxc_container_new(name, lxcpath);
    if (!c) {
        failures++;
        return NULL;
    }
    expect(c->start(c, 0, NULL), "start", c);
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    pid_t pid = -1;
    const int attached = c->attach(c, in_container, name, &options, &pid);
    expect(attached == 0, "attach", c);
    int status = 0;
    if (attached == 0) expect(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 11, "function", c);
    expect(WEXITSTATUS(c->attach_run_waitl(c, &options, "true", "true", NULL)) == 0, "attach_run_waitl", c);
    expect(strcmp(c->state(c), "RUNNING") == 0, "state", c);
    expect(c->init_pid(c) > 0, "init_pid", c);
    expect(c->get_config_item(c, "lxc.uts.name", value, sizeof value) >= 0, "get_config_item", c);
    char *running = c->get_running_config_item(c, "lxc.uts.name");
    expect(running != NULL, "get_running_config_item", c);
    free(running);
    char **interfaces = c->get_interfaces(c);
    expect(interfaces != NULL, "get_interfaces", c);
    for (int i = 0; interfaces && interfaces[i]; i++) free(interfaces[i]);
    free(interfaces);
    expect(c->stop(c), "stop", c);
    expect(c->wait(c, "STOPPED", 10), "wait", c);
    lxc_container_put(c);
    return NULL;
}

static int descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    while (folder && readdir(folder)) count++;
    closedir(folder);
    return count;
}

static long resident(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    long size = 0, pages = 0;
    if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2) pages = -1;
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    lxcpath = argv[1];
    prefix = argv[2];
    const long threads = atol(argv[3]), rounds = atol(argv[4]);
    // What the library opens has numbers near 200 then, which the programs that it executes get.
    while (open("/dev/null", O_RDONLY | O_CLOEXEC) < 195) {}
    int first_descriptors = 0;
    size_t first_used = 0;
    for (long round = 1; round <= rounds; round++) {
        pthread_t running[threads];
        for (long i = 0; i < threads; i++) pthread_create(&running[i], NULL, session, (void *)(intptr_t)i);
        for (long i = 0; i < threads; i++) pthread_join(running[i], NULL);
        const size_t used = mallinfo2().uordblks;
        // The first rounds fill the caches of the library and of the allocator.
        if (round == 2 || rounds == 1) {
            first_descriptors = descriptors();
            first_used = used;
        }
        printf("round %ld: %d failures, %d descriptors, %zu bytes in use, %ld kB resident\n", round, failures, descriptors(), used, resident());
        fflush(stdout);
    }
    const bool isFlat = descriptors() <= first_descriptors && mallinfo2().uordblks <= first_used + 64 * 1024;
    printf("%s\n", failures == 0 && isFlat ? "flat" : "not flat");
    return failures == 0 && isFlat ? 0 : 1;
}
