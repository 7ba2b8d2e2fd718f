#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds with optimization, installs below .local/bench, compares with what C LXC and crun do on this machine, and draws a plot.
#
# usage: run.sh [options of scripts/bench/bench.py]
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
    echo "bench: it starts containers, so it needs root:  sudo env PATH=\"\$PATH\" make bench" >&2
    exit 1
fi
scripts/build-programs.sh
scripts/lib/install-private.sh .build/programs/release "$PWD/.local/bench"
# Run files lie in memory on every host; where /run is on a disk, all sides get a tmpfs for them. The containers lie in memory as well:
# a disk that is throttled, as a rented machine's is, would be all that the copies measure.
# shellcheck disable=SC2016
unshare --mount --propagation private bash -euc '
    export TMPDIR=/tmp/lxc-bench # short: C LXC has limits for the length of paths
    for folder in /run "$0/run" "$TMPDIR"; do
        mkdir -p "$folder"
        if [ "$(stat -f -c %T "$folder")" != tmpfs ]; then mount -t tmpfs none "$folder"; fi
    done
    exec python3 scripts/bench/bench.py --ours "$0" --json Benchmarks/results.json "$@"' "$PWD/.local/bench" "$@"
/usr/bin/python3 scripts/bench/plot.py Benchmarks/results.json Benchmarks/results.svg
