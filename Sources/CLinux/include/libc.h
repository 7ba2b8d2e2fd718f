// SPDX-License-Identifier: Apache-2.0
// The C library as LinuxKernel uses it. Embedded Swift has no Glibc module, so these are included by name.
#ifndef CLINUX_LIBC_H
#define CLINUX_LIBC_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

// One C library has these as macros, the other as constants of an enumeration, and Swift sees different types.
enum {
    CLINUX_SOCK_STREAM = SOCK_STREAM,
    CLINUX_SOCK_DGRAM = SOCK_DGRAM,
    CLINUX_SOCK_RAW = SOCK_RAW,
    CLINUX_SOCK_SEQPACKET = SOCK_SEQPACKET,
    CLINUX_SOCK_CLOEXEC = SOCK_CLOEXEC,
    CLINUX_SOCK_NONBLOCK = SOCK_NONBLOCK,
};

// Embedded Swift sees neither variadic functions nor macros that are no constants.
static inline int clinux_fcntl(int descriptor, int command, int argument) { return fcntl(descriptor, command, argument); }
static inline char **clinux_environment(void) { return environ; }
static inline void (*clinux_signal_ignore(int number))(int) { return signal(number, SIG_IGN); }
static inline void clinux_signal_default(int number) { signal(number, SIG_DFL); }
// clearenv(3) is hidden without _GNU_SOURCE.
static inline void clinux_clear_environment(void) { environ = NULL; }

// The command line, which the C library hands to what runs before main; the words may be changed.
int clinux_word_count(void);
char **clinux_words(void);

static inline int clinux_errno(void) { return errno; }

#endif
