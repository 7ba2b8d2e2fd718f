#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes the installation's directories into programs, and strips them.
#
# usage: stamp-paths.sh SOURCE TARGET BIN SBIN LIBEXEC LIB DATA SYSCONF LOCALSTATE RUN
#
# The order and size of the slots are those of Sources/CLinux/include/install_paths.h.
set -euo pipefail
export LC_ALL=C

readonly slot_size=512
readonly slot_count=8

if [ $# -ne $((2 + slot_count)) ]; then
    echo "stamp-paths: expected a source, a target and $slot_count directories, got $# arguments" >&2
    exit 2
fi
source_file=$1
target_file=$2
shift 2

section=$(mktemp)
trap 'rm -f "$section"' EXIT
for directory in "$@"; do
    if [ "${directory#/}" = "$directory" ]; then
        echo "stamp-paths: $directory is not an absolute path" >&2
        exit 1
    fi
    if [ "${#directory}" -ge "$slot_size" ]; then
        echo "stamp-paths: $directory is longer than $((slot_size - 1)) bytes" >&2
        exit 1
    fi
    printf '%s' "$directory" >> "$section"
    head -c $((slot_size - ${#directory})) /dev/zero >> "$section"
done

# A program that never asks where it is installed has no such section: the linker leaves out what nothing refers to.
# (Not "grep -q": that would end objdump with a signal, which pipefail takes for a failure.)
if objdump -h "$source_file" | grep ' \.lxc_paths ' > /dev/null; then
    objcopy --strip-all --update-section ".lxc_paths=$section" "$source_file" "$target_file"
else
    objcopy --strip-all "$source_file" "$target_file"
fi
