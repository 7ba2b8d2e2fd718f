/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LXC_VERSION_H
#define LXC_VERSION_H

/* The release of C LXC whose interface this is; lxc_get_version() tells the same. */
#define LXC_DEVEL 0
#define LXC_VERSION_MAJOR 5
#define LXC_VERSION_MINOR 0
#define LXC_VERSION_MICRO 2
#define LXC_VERSION_ABI "1.7.0"
#define LXC_VERSION "5.0.2"

#endif
