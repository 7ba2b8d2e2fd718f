#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs all tests, then compares the machine with what it was before.
#
# usage: test.sh [options of `swift test`]
#
# From the environment:
#   SWIFT_FLAGS              extra options of the build, for example "-j 1"
#   LXC_TEST_REQUIRE=root    tests that need root must not be left out (also: peer; both: root,peer)
#   LXC_TEST_SHARED_MACHINE  when set, what is left on the machine afterwards is shown but is no failure, because others
#                            start containers here at the same time
set -euo pipefail
cd "$(dirname "$0")/.."

read -r -a flags <<< "${SWIFT_FLAGS:-}"
swift build --build-tests "${flags[@]}"

before=$(mktemp)
after=$(mktemp)
trap 'rm -f "$before" "$after"' EXIT
scripts/lib/machine-snapshot.sh > "$before"

status=0
swift test --skip-build "${flags[@]}" "$@" || status=$?

# The kernel takes a moment to let go of namespaces and network interfaces.
for _ in {1..50}; do
    scripts/lib/machine-snapshot.sh > "$after"
    if [ -z "$(comm -13 "$before" "$after")" ]; then break; fi
    sleep 0.1
done
left=$(comm -13 "$before" "$after")
if [ -n "$left" ]; then
    echo "The tests left these behind on the machine:"
    sed 's/^/  /' <<< "$left"
    if [ -z "${LXC_TEST_SHARED_MACHINE:-}" ]; then
        echo "If somebody else starts containers here, set LXC_TEST_SHARED_MACHINE=1."
        if [ $status -eq 0 ]; then status=1; fi
    fi
fi
exit $status
