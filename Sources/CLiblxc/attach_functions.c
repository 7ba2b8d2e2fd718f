// SPDX-License-Identifier: Apache-2.0
// The two functions for attach that the library offers itself. They run after the fork of a program that may have threads, in the
// container: nothing here loads a module of the C library, which would be the container's.
#include <errno.h>
#include <fcntl.h>
#include <lxc/attach_options.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What shells return for a program that cannot be executed.
static int status_of(int error) {
    switch (error) {
    case ENOENT: return 127;
    case EACCES:
    case ENOEXEC: return 126;
    default: return 255;
    }
}

int lxc_attach_run_command(void *payload) {
    const lxc_attach_command_t *command = payload;
    if (!command || !command->program || !command->argv) return 255;
    execvp(command->program, command->argv);
    return status_of(errno);
}

// The seventh field of the line whose third one is the user's number; NULL when there is none.
static char *shell_in(char *line, unsigned long user) {
    char *fields[7] = {line};
    int count = 1;
    for (char *at = line; *at && count < 7; at++) {
        if (*at != ':') continue;
        *at = '\0';
        fields[count++] = at + 1;
    }
    if (count < 7 || fields[6][0] != '/') return NULL;
    char *end;
    const unsigned long found = strtoul(fields[2], &end, 10);
    return end != fields[2] && !*end && found == user ? fields[6] : NULL;
}

// The user's shell in /etc/passwd, in a static buffer; NULL when it names none.
static const char *user_shell(void) {
    static char text[1 << 18];
    const int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    if (file < 0) return NULL;
    size_t length = 0;
    while (length < sizeof text - 1) {
        const ssize_t count = read(file, text + length, sizeof text - 1 - length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        length += (size_t)count;
    }
    close(file);
    text[length] = '\0';
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        const char *shell = shell_in(line, geteuid());
        if (shell) return shell;
    }
    return NULL;
}

int lxc_attach_run_shell(void *payload) {
    (void)payload;
    const char *shell = user_shell();
    if (shell) execl(shell, shell, (char *)NULL);
    execl("/bin/sh", "/bin/sh", (char *)NULL);
    return status_of(errno);
}
