#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the tests that start containers as on a host with cgroup v2 only; needs root, and what `make test` builds.
#
# usage: test-v2.sh [options of `swift test`]
#
# In a mount namespace of its own the v1 hierarchies are unmounted and cgroup2 is mounted in their place. The kernel of a hybrid host
# leaves its controllers where they are, on v1: what needs memory.max or the like is left out there and says so. Freezing, killing,
# device programs and placement work as everywhere.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
    echo "test-v2: left out: needs root (it mounts cgroup2 in a mount namespace of its own)"
    exit 0
fi
export LXC_TEST_BUILD_DIR=${LXC_TEST_BUILD_DIR:-.build/programs/release}
if [ $# -eq 0 ]; then
    set -- --filter ContainerTests --filter AttachContainerTests --filter ControlPeer --filter LXCCgroupsTests --filter LXCInitTests
fi
# The two lines of the inner script are its arguments' own business: "$@" is expanded by the inner shell.
# shellcheck disable=SC2016
exec unshare --mount --propagation private bash -euc '
    if mountpoint --quiet /sys/fs/cgroup; then umount --recursive /sys/fs/cgroup; fi
    mount -t cgroup2 none /sys/fs/cgroup
    exec scripts/lib/swift-test.sh --skip-build "$@"' test-v2 "$@"
