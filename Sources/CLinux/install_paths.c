// SPDX-License-Identifier: Apache-2.0
#include "install_paths.h"

#include <stddef.h>

#if defined(__x86_64__)
#define LIB_FOLDER "/usr/local/lib/x86_64-linux-gnu"
#elif defined(__aarch64__)
#define LIB_FOLDER "/usr/local/lib/aarch64-linux-gnu"
#elif defined(__riscv)
#define LIB_FOLDER "/usr/local/lib/riscv64-linux-gnu"
#else
#define LIB_FOLDER "/usr/local/lib/linux-gnu"
#endif

// Volatile: the optimizer must not copy these defaults into the code, because installing changes them afterwards.
__attribute__((section(".lxc_paths"), used, aligned(16)))
static const volatile char install_paths[CLINUX_PATH_COUNT][CLINUX_INSTALL_PATH_SIZE] = {
    [CLINUX_PATH_BIN] = "/usr/local/bin",
    [CLINUX_PATH_SBIN] = "/usr/local/sbin",
    [CLINUX_PATH_LIBEXEC] = "/usr/local/libexec",
    [CLINUX_PATH_LIB] = LIB_FOLDER,
    [CLINUX_PATH_DATA] = "/usr/local/share",
    [CLINUX_PATH_SYSCONF] = "/etc",
    [CLINUX_PATH_LOCALSTATE] = "/var",
    [CLINUX_PATH_RUN] = "/run",
};

const char *clinux_install_path(int which) {
    if (which < 0 || which >= CLINUX_PATH_COUNT) return NULL;
    return (const char *)install_paths[which];
}
