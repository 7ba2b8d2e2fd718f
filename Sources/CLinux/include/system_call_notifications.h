// SPDX-License-Identifier: Apache-2.0
// seccomp_unotify(2): the requests are macros that Swift does not import.
#ifndef CLINUX_SYSTEM_CALL_NOTIFICATIONS_H
#define CLINUX_SYSTEM_CALL_NOTIFICATIONS_H

#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CLINUX_FILTER_NEW_LISTENER SECCOMP_FILTER_FLAG_NEW_LISTENER
// Linux 5.19; older headers do not have it.
#define CLINUX_FILTER_WAIT_KILLABLE (1UL << 5)

struct clinux_notification_sizes {
    uint16_t notification, response, data;
};

static inline int clinux_get_notification_sizes(struct clinux_notification_sizes *sizes) {
    struct seccomp_notif_sizes found = {0, 0, 0};
    int status = (int)syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &found);
    *sizes = (struct clinux_notification_sizes){found.seccomp_notif, found.seccomp_notif_resp, found.seccomp_data};
    return status;
}

// The room must be all zeros.
static inline int clinux_receive_notification(int listener, void *room) { return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, room); }

static inline int clinux_answer_notification(int listener, void *response) {
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, response);
}

static inline int clinux_check_notification(int listener, uint64_t id) { return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id); }

#endif
