// SPDX-License-Identifier: Apache-2.0
// Umbrella of the kernel headers and calls that the C library does not offer to Swift.
#ifndef CLINUX_H
#define CLINUX_H

#include "btrfs_calls.h"
#include "byte_search.h"
#include "capability_calls.h"
#include "device_filters.h"
#include "device_numbers.h"
#include "event_calls.h"
#include "file_locks.h"
#include "file_copy.h"
#include "install_paths.h"
#include "keyrings.h"
#include "libc.h"
#include "loop_devices.h"
#include "memory_files.h"
#include "mount_api.h"
#include "namespaces.h"
#include "netlink.h"
#include "network_calls.h"
#include "network_thread.h"
#include "processor_placement.h"
#include "option_scanning.h"
#include "path_resolution.h"
#include "prctl_calls.h"
#include "system_call_notifications.h"
#include "process_handles.h"
#include "signal_masks.h"
#include "socket_control.h"
#include "regular_expressions.h"
#include "spawn_child.h"
#include "stack_room.h"
#include "terminals.h"
#include "tree_copy.h"
#include "unused_memory.h"

#endif
