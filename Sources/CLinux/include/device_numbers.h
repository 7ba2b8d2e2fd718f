// SPDX-License-Identifier: Apache-2.0
// makedev(3), major(3), minor(3) are macros.
#ifndef CLINUX_DEVICE_NUMBERS_H
#define CLINUX_DEVICE_NUMBERS_H

#include <stdint.h>
#include <sys/sysmacros.h>

static inline uint64_t clinux_makedev(unsigned int major_number, unsigned int minor_number) {
    return makedev(major_number, minor_number);
}
static inline unsigned int clinux_major(uint64_t device) { return major(device); }
static inline unsigned int clinux_minor(uint64_t device) { return minor(device); }

#endif
