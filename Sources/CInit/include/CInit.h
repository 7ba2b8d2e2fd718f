// SPDX-License-Identifier: Apache-2.0
// The calls of lxc-init. It is a program of its own kind (Embedded Swift: no runtime, no allocation), so it does not share
// CLinux, and what Swift would import as a structure or a variadic call is wrapped here.
#ifndef CINIT_H
#define CINIT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The command line; the words may be changed.
int cinit_word_count(void);
char **cinit_words(void);

static inline int cinit_errno(void) { return errno; }

// Parses the next option with the library's own parser; the first word that is none ends the options.
static inline int cinit_next_option(int count, char *const *words) {
    static const struct option long_options[] = {
        {"name", required_argument, 0, 'n'},     {"quiet", no_argument, 0, 'q'}, {"lxcpath", required_argument, 0, 'P'},
        {"logpriority", required_argument, 0, 'l'}, {"logfile", required_argument, 0, 'o'}, {"help", no_argument, 0, 'h'},
        {"usage", no_argument, 0, 'u'},          {"version", no_argument, 0, 'v'}, {0, 0, 0, 0},
    };
    return getopt_long(count, words, "+n:qP:l:o:h?", long_options, 0);
}

// Index of the first word that is no option.
static inline int cinit_first_argument(void) { return optind; }

// Whether the last '?' was a mistake and not the option -?. The library names the letter of a wrong short option only.
static inline int cinit_is_unknown_option(char *const *words) {
    return optopt != 0 || (optind > 0 && strncmp(words[optind - 1], "--", 2) == 0);
}

// Blocks every signal; `old` gets the mask before.
static inline void cinit_block_signals(sigset_t *old) {
    sigset_t all;
    // Not sigfillset(3), which leaves out the signals that the C library keeps for itself.
    memset(&all, 0xFF, sizeof(all));
    sigprocmask(SIG_SETMASK, &all, old);
}

static inline void cinit_restore_signals(const sigset_t *old) {
    // The kernel's own struct sigaction, as in CLinux/signal_masks.h.
    const unsigned long none[4] = {0, 0, 0, 0};
    for (int number = 1; number <= 64; number++) syscall(SYS_rt_sigaction, number, none, 0, 8);
    sigprocmask(SIG_SETMASK, old, 0);
}

// Waits for a signal; 0 when the time is over. Negative milliseconds wait for ever.
static inline int cinit_wait_signal(long milliseconds) {
    sigset_t all;
    memset(&all, 0xFF, sizeof(all));
    struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    int number;
    do number = sigtimedwait(&all, 0, milliseconds < 0 ? 0 : &time);
    while (number < 0 && errno == EINTR);
    return number < 0 ? 0 : number;
}

static inline long cinit_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline int cinit_exited(int status) { return WIFEXITED(status); }
static inline int cinit_exit_status(int status) { return WEXITSTATUS(status); }
static inline int cinit_signal(int status) { return WTERMSIG(status); }

static inline int cinit_become_reaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// Shows one word as the command line: /proc/PID/comm and /proc/PID/cmdline. The child has its own copy of the words.
static inline void cinit_set_title(int count, char **words, const char *title) {
    prctl(PR_SET_NAME, title, 0, 0, 0);
    char *end = words[count - 1] + strlen(words[count - 1]) + 1;
    size_t room = (size_t)(end - words[0]);
    size_t length = strlen(title) + 1;
    if (room <= length) return;
    memset(words[0], 0, room);
    memcpy(words[0], title, length);
    // A last byte that is not NUL tells the kernel that only the first string counts (proc_pid_cmdline(5)).
    end[-1] = '.';
}

static inline int cinit_acquire_terminal(void) { return ioctl(0, TIOCSCTTY, 0); }

// Sends further messages of this process to the console, if there is one.
static inline void cinit_move_errors_to_console(void) {
    int console = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (console < 0) return;
    if (console != 2) {
        dup2(console, 2);
        close(console);
    }
}

#endif
