#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints what containers can leave behind on a machine, one line per thing, sorted.
set -euo pipefail
export LC_ALL=C

{
    # Place, type and source of each mount.
    sed -E 's/^[0-9]+ [0-9]+ [^ ]+ ([^ ]+) ([^ ]+) .* - ([^ ]+) ([^ ]+) .*$/mount \2 from \4 (\3, root \1)/' /proc/self/mountinfo
    for link in /sys/class/net/*; do echo "link ${link##*/}"; done
    # The pivot cgroup is shared by all containers of a host and stays, empty, as it does with C LXC.
    find /sys/fs/cgroup -mindepth 1 -type d \( -name 'lxc' -o -name 'lxc[.-]*' \) ! -name lxc.pivot -printf 'cgroup %p\n' 2> /dev/null || true
    for file in /sys/block/loop*/loop/backing_file; do
        [ ! -e "$file" ] || echo "loop device $file $(cat "$file")"
    done
    # Abstract sockets of containers and of their monitors.
    awk '$8 ~ /^@.*(\/command|\/monitor-sock)$/ || $8 ~ /^@lxc\// { print "socket " $8 }' /proc/net/unix
    for process in /proc/[0-9]*; do
        command=$(tr '\0' ' ' 2> /dev/null < "$process/cmdline" || true)
        case $command in
            '[lxc monitor]'* | *lxc-supervisor* | *lxc-monitord*) echo "process ${process#/proc/} $command" ;;
        esac
    done
} | sort
