// SPDX-License-Identifier: Apache-2.0
// Control data of unix sockets: the CMSG_* macros cannot be imported by Swift, and Debian 12's headers lack the newest options.
#ifndef CLINUX_SOCKET_CONTROL_H
#define CLINUX_SOCKET_CONTROL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// The kernel accepts this many descriptors in one message (SCM_MAX_FD).
#define CLINUX_MAX_DESCRIPTORS 253
#define CLINUX_SCM_CREDENTIALS 2
#define CLINUX_SCM_PIDFD 4
#define CLINUX_SO_PASSCRED 16
#define CLINUX_SO_PEERCRED 17
// Linux 6.5
#define CLINUX_SO_PASSPIDFD 76
#define CLINUX_SO_PEERPIDFD 77

// Same layout as the C library's struct ucred, which is hidden without _GNU_SOURCE.
struct clinux_credentials {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

struct clinux_received {
    int32_t descriptors[CLINUX_MAX_DESCRIPTORS];
    int32_t descriptor_count;
    struct clinux_credentials credentials;
    int32_t has_credentials;
    int32_t sender_pidfd;  // -1 when none came
    int32_t flags;         // MSG_CTRUNC and friends
};

union clinux_control_buffer {
    char bytes[CMSG_SPACE(CLINUX_MAX_DESCRIPTORS * sizeof(int32_t)) + CMSG_SPACE(sizeof(struct clinux_credentials)) +
               CMSG_SPACE(sizeof(int32_t))];
    struct cmsghdr alignment;
};

// accept4(2), which the C library hides without _GNU_SOURCE; the peer's address is not wanted.
static inline int clinux_accept4(int listener, int flags) { return (int)syscall(SYS_accept4, listener, NULL, NULL, flags); }

// sendmsg(2) with descriptors (count 0 to CLINUX_MAX_DESCRIPTORS) and, when credentials is not NULL, SCM_CREDENTIALS.
static inline ssize_t clinux_send_message(int socket, const void *bytes, size_t length, const int32_t *descriptors, size_t count,
                                          const struct clinux_credentials *credentials, int flags) {
    union clinux_control_buffer control;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    size_t used = 0;
    memset(&control, 0, sizeof(control));
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof(control.bytes);
    struct cmsghdr *item = CMSG_FIRSTHDR(&message);
    if (credentials) {
        item->cmsg_level = SOL_SOCKET;
        item->cmsg_type = CLINUX_SCM_CREDENTIALS;
        item->cmsg_len = CMSG_LEN(sizeof(*credentials));
        memcpy(CMSG_DATA(item), credentials, sizeof(*credentials));
        used += CMSG_SPACE(sizeof(*credentials));
        item = (struct cmsghdr *)(control.bytes + used);
    }
    if (count > 0 && count <= CLINUX_MAX_DESCRIPTORS) {
        item->cmsg_level = SOL_SOCKET;
        item->cmsg_type = SCM_RIGHTS;
        item->cmsg_len = CMSG_LEN(count * sizeof(int32_t));
        memcpy(CMSG_DATA(item), descriptors, count * sizeof(int32_t));
        used += CMSG_SPACE(count * sizeof(int32_t));
    }
    message.msg_controllen = used;
    if (used == 0) message.msg_control = NULL;
    return sendmsg(socket, &message, flags);
}

// recvmsg(2) with MSG_CMSG_CLOEXEC; what came with the bytes goes to *received.
static inline ssize_t clinux_receive_message(int socket, void *bytes, size_t length, struct clinux_received *received, int flags) {
    union clinux_control_buffer control;
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    received->descriptor_count = 0;
    received->has_credentials = 0;
    received->sender_pidfd = -1;
    received->flags = 0;
    ssize_t count = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
    if (count < 0) return count;
    received->flags = message.msg_flags;
    for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
        if (item->cmsg_level != SOL_SOCKET) continue;
        size_t size = item->cmsg_len - CMSG_LEN(0);
        if (item->cmsg_type == SCM_RIGHTS) {
            size_t number = size / sizeof(int32_t);
            size_t room = (size_t)(CLINUX_MAX_DESCRIPTORS - received->descriptor_count);
            if (number > room) number = room;
            memcpy(received->descriptors + received->descriptor_count, CMSG_DATA(item), number * sizeof(int32_t));
            received->descriptor_count += (int32_t)number;
        } else if (item->cmsg_type == CLINUX_SCM_CREDENTIALS && size >= sizeof(received->credentials)) {
            memcpy(&received->credentials, CMSG_DATA(item), sizeof(received->credentials));
            received->has_credentials = 1;
        } else if (item->cmsg_type == CLINUX_SCM_PIDFD && size >= sizeof(int32_t)) {
            memcpy(&received->sender_pidfd, CMSG_DATA(item), sizeof(int32_t));
        }
    }
    return count;
}

#endif
