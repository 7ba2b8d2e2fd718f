#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds with optimization, installs below .local/bench, and compares with what C LXC and crun do on this machine.
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
exec python3 scripts/bench/bench.py --ours "$PWD/.local/bench" --json Benchmarks/results.json "$@"
