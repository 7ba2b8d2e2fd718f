// SPDX-License-Identifier: Apache-2.0
// Loop devices: a file as a block device. LOOP_CONFIGURE is of Linux 5.8.
#ifndef CLINUX_LOOP_DEVICES_H
#define CLINUX_LOOP_DEVICES_H

#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>

#define CLINUX_LOOP_MAJOR 7

static inline int clinux_loop_free_number(int control) { return ioctl(control, LOOP_CTL_GET_FREE); }

// Attaches a file in one call: between two calls the device would be there without its flags.
static inline int clinux_loop_configure(int device, int image, int read_only, const char *name) {
    struct loop_config config;
    memset(&config, 0, sizeof(config));
    config.fd = (unsigned int)image;
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR | (read_only ? LO_FLAGS_READ_ONLY : 0);
    strncpy((char *)config.info.lo_file_name, name, LO_NAME_SIZE - 1);
    return ioctl(device, LOOP_CONFIGURE, &config);
}

#endif
