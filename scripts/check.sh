#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every check, then the build with warnings as errors; goes on after a failure, so one run shows everything.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
run() { # name, command...
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok      $name${output:+: $output}"
    else
        echo "FAILED  $name"
        [ -z "$output" ] || printf '%s\n' "$output" | sed 's/^/        /'
        failed+=("$name")
    fi
}

for check in scripts/checks/*.sh; do run "$(basename "$check" .sh)" "$check"; done
# Every Swift target treats its warnings as errors (checked by strict-settings), so that a build passes means there are none.
run build swift build --build-tests --quiet
run docs scripts/docs.sh
run build-images swift build --build-tests --quiet --package-path Images --scratch-path .build/images

if [ ${#failed[@]} -gt 0 ]; then
    echo "${#failed[@]} failed: ${failed[*]}"
    exit 1
fi
