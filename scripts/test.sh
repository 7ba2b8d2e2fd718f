#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs all tests, then compares the machine with what it was before. Containers are run by the programs as they are installed
# (scripts/build-programs.sh).
#
# usage: test.sh [options of `swift test`]
#
# From the environment:
#   SWIFT_FLAGS              extra options of the build, for example "-j 1"
#   LXC_TEST_BUILD_DIR       folder of programs to test instead, which are not built here; .build/debug is the quickest
#   LXC_TEST_REQUIRE=root    tests that need root must not be left out (also: peer; both: root,peer)
#   LXC_TEST_SHARED_MACHINE  when set, what is left on the machine afterwards is shown but is no failure, because others
#                            start containers here at the same time
set -euo pipefail
cd "$(dirname "$0")/.."

read -r -a flags <<< "${SWIFT_FLAGS:-}"
before=$(mktemp)
after=$(mktemp)
programs=$(mktemp)
trap 'rm -f "$before" "$after" "$programs"' EXIT

# Both builds at the same time: each is mostly one compiler at work.
builder=
if [ -z "${LXC_TEST_BUILD_DIR:-}" ]; then
    export LXC_TEST_BUILD_DIR=.build/programs/release
    LXC_WITHOUT_IMAGES=1 scripts/build-programs.sh > "$programs" 2>&1 < /dev/null &
    builder=$!
fi
swift build --build-tests "${flags[@]}"
# The templates for images, a package of its own; its debug build serves the containers of a debug build.
swift build --build-tests --package-path Images --scratch-path .build/images "${flags[@]}"
if [ -n "$builder" ]; then
    scripts/build-image-templates.sh
    if ! wait "$builder"; then
        cat "$programs" >&2
        exit 1
    fi
fi

scripts/lib/machine-snapshot.sh > "$before"

status=0
scripts/lib/swift-test.sh --skip-build "${flags[@]}" "$@" || status=$?
scripts/lib/swift-test.sh --skip-build --package-path Images --scratch-path .build/images "${flags[@]}" "$@" || status=$?

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
