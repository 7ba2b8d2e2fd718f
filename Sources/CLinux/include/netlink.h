// SPDX-License-Identifier: Apache-2.0
// netlink(7), rtnetlink(7): the kernel's numbers and structures.
#ifndef CLINUX_NETLINK_H
#define CLINUX_NETLINK_H

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#endif
