#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `swift test` that repeats at its end what failed: among the thousands of lines of a run nobody finds it, and CI keeps only the last ones.
#
# usage: swift-test.sh [options of `swift test`]
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
swift test "$@" 2>&1 | tee "$log" || status=$?
if [ "$status" -ne 0 ]; then
    echo "What failed:"
    # An issue's explanation stands on the lines below it, each with an arrow or indented.
    awk '/^✘/ { shown = 1; print; next } /^(↳|[[:space:]])/ { if (shown) print; next } { shown = 0 } /^error:/ { print }' "$log" |
        cut -c 1-1000 | tail -n 120
fi
exit "$status"
