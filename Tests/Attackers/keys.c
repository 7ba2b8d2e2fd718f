// SPDX-License-Identifier: Apache-2.0
// keys own NAME COMMAND...   executes a command whose session keyring holds a key of that name, as a login's does
// keys look NAME             tries to get at that key: "search ERRNO", "request ERRNO", "listed COUNT"; 0 is a success
// keys fill                  makes keys until the kernel refuses: "filled ERRNO"
#define _GNU_SOURCE
#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int failure(long result) { return result < 0 ? errno : 0; }

static int own(char **words) {
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0) < 0) return 1;
    if (syscall(SYS_add_key, "user", words[0], "secret", 6, KEY_SPEC_SESSION_KEYRING) < 0) return 1;
    execv(words[1], words + 1);
    return 127;
}

static void look(const char *name) {
    char line[512];
    int listed = 0;
    FILE *list = fopen("/proc/keys", "re");
    while (list && fgets(line, sizeof line, list)) listed += strstr(line, name) != NULL;
    if (list) fclose(list);
    printf("search %d\n", failure(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", name, 0)));
    printf("request %d\n", failure(syscall(SYS_request_key, "user", name, NULL, 0)));
    printf("listed %d\n", listed);
}

static void fill(void) {
    char name[32];
    long result = 0;
    for (int i = 0; i < 100000 && result >= 0; i++) {
        snprintf(name, sizeof name, "filling-%d", i);
        result = syscall(SYS_add_key, "user", name, "x", 1, KEY_SPEC_SESSION_KEYRING);
    }
    printf("filled %d\n", failure(result));
}

int main(int count, char **words) {
    if (count > 3 && strcmp(words[1], "own") == 0) return own(words + 2);
    if (count == 3 && strcmp(words[1], "look") == 0) look(words[2]);
    else if (count == 2 && strcmp(words[1], "fill") == 0) fill();
    else return 2;
    return 0;
}
