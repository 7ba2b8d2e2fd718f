// SPDX-License-Identifier: Apache-2.0
// netdevice(7): the request structure is a union that Swift cannot fill.
#ifndef CLINUX_NETWORK_CALLS_H
#define CLINUX_NETWORK_CALLS_H

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static inline int clinux_loopback_up(int socket) {
    struct ifreq request;
    memset(&request, 0, sizeof(request));
    strcpy(request.ifr_name, "lo");
    if (ioctl(socket, SIOCGIFFLAGS, &request) < 0) return -1;
    if (request.ifr_flags & IFF_UP) return 0;
    request.ifr_flags |= IFF_UP | IFF_RUNNING;
    return ioctl(socket, SIOCSIFFLAGS, &request);
}

#endif
