// SPDX-License-Identifier: Apache-2.0
// Starts a program as a hostile user would: with odd limits, descriptors, groups, words and environment.
//
// usage: launch [options] program [words...]
//   -u UID     all user and group ids
//   -g COUNT   that many supplementary groups: 1000000, 1000001, ...; 0 for none
//   -G GID     one more supplementary group, the last
//   -c         descriptors 0 to 2 are closed
//   -z         argv is empty
//   -l N=V     limit number N (getrlimit) is V
//   -e LINE    a line of the environment; otherwise it is empty
//   -n ROUNDS  runs the program so often, silently; prints each duration in nanoseconds, the status, and 0 for -A, 1 for -B
//   -A WORD    with -n: of each two runs one has this word in place of the word "@", the other that of -B; which comes first is drawn,
//              so that nothing that the machine does in a rhythm meets one of them more than the other
//   -B WORD
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char *environment[64];
static int lines, rounds, close_streams, no_words;
static char *choices[2];

static void fail(const char *what) {
    perror(what);
    exit(99);
}

static void become(unsigned int user, long count, long extra) {
    gid_t *groups = calloc((size_t)count + 1, sizeof(gid_t));
    if (!groups) fail("calloc");
    for (long i = 0; i < count; i++) groups[i] = (gid_t)(1000000 + i);
    if (extra >= 0) {
        if (count == 65536) count--;
        groups[count++] = (gid_t)extra;
    }
    if (setgroups((size_t)count, groups)) fail("setgroups");
    if (setresgid(user, user, user) || setresuid(user, user, user)) fail("setresuid");
    free(groups);
}

static void execute(char **words) {
    char *none[] = {NULL};
    if (close_streams)
        for (int i = 0; i < 3; i++) close(i);
    execve(words[0], no_words ? none : words, environment);
    _exit(98);
}

static void measure(char **words) {
    char **place = words;
    while (*place && strcmp(*place, "@")) place++;
    unsigned char first = 0;
    for (int i = 0; i < rounds; i++) {
        struct timespec start, end;
        int status;
        if (i % 2 == 0 && getrandom(&first, 1, 0) != 1) fail("getrandom");
        int which = (first + i) % 2;
        char *choice = choices[which];
        if (choice) *place = choice;
        clock_gettime(CLOCK_MONOTONIC, &start);
        pid_t child = fork();
        if (child == 0) {
            int null = open("/dev/null", O_RDWR);
            for (int j = 0; j < 3; j++) dup2(null, j);
            execute(words);
        }
        if (waitpid(child, &status, 0) < 0) fail("waitpid");
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("%lld %d %d\n", (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec, WEXITSTATUS(status),
               which);
    }
}

int main(int argc, char **argv) {
    unsigned int user = 0;
    long groups = 0, extra = -1;
    int option, number;
    unsigned long value;
    struct rlimit limits[16];
    int limit_numbers[16], limit_count = 0;
    while ((option = getopt(argc, argv, "+u:g:G:czl:e:n:A:B:")) != -1) switch (option) {
        case 'u': user = (unsigned int)strtoul(optarg, NULL, 10); break;
        case 'g': groups = atol(optarg); break;
        case 'G': extra = atol(optarg); break;
        case 'c': close_streams = 1; break;
        case 'z': no_words = 1; break;
        case 'l':
            if (sscanf(optarg, "%d=%lu", &number, &value) != 2 || limit_count == 16) return 99;
            limits[limit_count] = (struct rlimit){value, value};
            limit_numbers[limit_count++] = number;
            break;
        case 'e':
            if (lines < 63) environment[lines++] = optarg;
            break;
        case 'n': rounds = atoi(optarg); break;
        case 'A': choices[0] = optarg; break;
        case 'B': choices[1] = optarg; break;
        default: return 99;
        }
    if (user) become(user, groups, extra);
    for (int i = 0; i < limit_count; i++)
        if (setrlimit((__rlimit_resource_t)limit_numbers[i], &limits[i])) fail("setrlimit");
    if (rounds) measure(argv + optind);
    else execute(argv + optind);
    return 0;
}
