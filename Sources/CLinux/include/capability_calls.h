// SPDX-License-Identifier: Apache-2.0
// capget(2), capset(2): the C library has no wrapper.
#ifndef CLINUX_CAPABILITY_CALLS_H
#define CLINUX_CAPABILITY_CALLS_H

#include <linux/capability.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int clinux_capget(uint64_t *effective, uint64_t *permitted, uint64_t *inheritable) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[2];
    int result = (int)syscall(SYS_capget, &header, data);
    *effective = data[0].effective | ((uint64_t)data[1].effective << 32);
    *permitted = data[0].permitted | ((uint64_t)data[1].permitted << 32);
    *inheritable = data[0].inheritable | ((uint64_t)data[1].inheritable << 32);
    return result;
}

static inline int clinux_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
        {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)},
    };
    return (int)syscall(SYS_capset, &header, data);
}

#endif
