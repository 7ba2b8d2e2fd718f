#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the programs as they are installed: optimized, and as Embedded Swift, without the Swift runtime. They lie in
# .build/programs/release then.
#
# Everything else (`swift build`, the tests) is ordinary Swift: a test needs the runtime, and a debug build is there sooner.
#
# usage: build-programs.sh [options of `swift build`]
set -euo pipefail
cd "$(dirname "$0")/.."
export LXC_EMBEDDED=1
for program in lxc lxc-supervisor lxc-init lxc-user-nic; do
    swift build -c release --scratch-path .build/programs --product "$program" "$@"
done
