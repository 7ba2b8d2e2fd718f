// SPDX-License-Identifier: Apache-2.0
// keyctl(2).
#ifndef CLINUX_KEYRINGS_H
#define CLINUX_KEYRINGS_H

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Joins a new, anonymous session keyring.
static inline long clinux_join_session_keyring(void) { return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0); }

#endif
