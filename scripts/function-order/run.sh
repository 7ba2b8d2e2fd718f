#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Records which functions the installed programs call, in Sources/*/functions.order. A list that is old does no harm: functions that are
# not on it lie behind the others, and names that are gone are passed over.
#
# usage: run.sh   (root, x86_64)
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
    echo "function-order: it starts containers, so it needs root:  sudo env PATH=\"\$PATH\" make function-order" >&2
    exit 1
fi
LXC_WITHOUT_IMAGES=1 scripts/build-programs.sh
prefix=$PWD/.local/function-order
rm -rf "$prefix"
scripts/lib/install-private.sh .build/programs/release "$prefix" > /dev/null
trap 'rmdir /tmp/lxc-function-order 2> /dev/null || true' EXIT
# Containers and run files lie in memory, as in the bench.
# shellcheck disable=SC2016
unshare --mount --propagation private bash -euc '
    export TMPDIR=/tmp/lxc-function-order
    for folder in /run "$0/run" "$TMPDIR"; do
        mkdir -p "$folder"
        mount -t tmpfs none "$folder"
    done
    exec python3 scripts/function-order/record.py "$0" .build/programs/release Sources > .build/function-order.log' "$prefix"
tail -n 2 .build/function-order.log
# The linker reads the lists, but nobody else knows that it does.
rm -f .build/programs/release/lxc .build/programs/release/lxc-supervisor
