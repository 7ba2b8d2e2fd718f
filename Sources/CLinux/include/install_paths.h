// SPDX-License-Identifier: Apache-2.0
// Where this copy of the programs is installed.
//
// The directories live in one section of their own, in slots of a fixed size. `make install` overwrites that section in the
// installed programs (scripts/lib/stamp-paths.sh), so one build serves every prefix, and a program never asks its surroundings
// (environment, working directory, a file beside it) where to find what it executes as root.
#ifndef CLINUX_INSTALL_PATHS_H
#define CLINUX_INSTALL_PATHS_H

// Bytes of a slot with its terminating NUL; scripts/lib/stamp-paths.sh knows the same number and order.
#define CLINUX_INSTALL_PATH_SIZE 512

enum clinux_install_path {
    CLINUX_PATH_BIN = 0,
    CLINUX_PATH_SBIN = 1,
    CLINUX_PATH_LIBEXEC = 2,
    CLINUX_PATH_LIB = 3,
    CLINUX_PATH_DATA = 4,
    CLINUX_PATH_SYSCONF = 5,
    CLINUX_PATH_LOCALSTATE = 6,
    CLINUX_PATH_RUN = 7,
    CLINUX_PATH_COUNT = 8
};

// The directory in one slot; NULL when the number is none of the above.
const char *clinux_install_path(int which);

#endif
