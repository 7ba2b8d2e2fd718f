#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows that the security tests can fail: takes one protection after the other out of a copy of the sources, and demands that the
# tests that guard it fail with those programs.
#
# usage: weakened.sh [WORD...]     only protections whose line contains one of the words
#
# Needs root, a built test suite (make build) that passes, and some minutes. Not part of CI: what it builds must never be installed.
# SWIFT_FLAGS: extra options of the build, for example "-j 1".
set -euo pipefail
cd "$(dirname "$0")/.."

read -r -a flags <<< "${SWIFT_FLAGS:-}"
root=$PWD
work=$(mktemp -d)
trap 'git worktree remove --force "$work/copy"; rm -rf "$work"' EXIT
git worktree add --quiet --detach "$work/copy" HEAD

protections=$(grep -v '^#' Tests/Weakened/protections)

apply() { # file, sed script
    cp "$work/copy/$1" "$work/before"
    sed -i -E "$2" "$work/copy/$1"
    if cmp -s "$work/before" "$work/copy/$1"; then
        echo "the change does not fit $1 any more: $2" >&2
        return 1
    fi
}

# What the tests say to the programs of the copy: passed, failed, or nothing when the filter fits none.
ask() { # filter
    local status=0
    LXC_TEST_BUILD_DIR=$work/copy/.build/debug LXC_TEST_SHARED_MACHINE=1 LXC_TEST_REQUIRE=root SWIFT_BACKTRACE=enable=no \
        swift test --skip-build --package-path "$root" --filter "$1" > "$work/log" 2>&1 < /dev/null || status=$?
    if ! grep -Eq 'Test run with [1-9][0-9]* test' "$work/log"; then return; fi
    if [ $status -eq 0 ]; then echo passed; else echo failed; fi
}

add() { # protection, test, verdict
    table+="$1 | $2 | $3"$'\n'
    echo "    $2: $3" >&2
    if [[ "$3" != yes* ]]; then status=1; fi
}

status=0
table="protection | test | failed as it must"$'\n'
while IFS='|' read -r protection filter file change; do
    read -r protection <<< "$protection"
    read -r filter <<< "$filter"
    read -r file <<< "$file"
    if [ $# -gt 0 ]; then
        isWanted=
        for word in "$@"; do if [[ "$protection$filter" == *"$word"* ]]; then isWanted=1; fi; done
        if [ -z "$isWanted" ]; then continue; fi
    fi
    echo "without: $protection" >&2
    if ! apply "$file" "$change"; then
        add "$protection" "$filter" "NO, the change does not fit"
    elif ! swift build --package-path "$work/copy" "${flags[@]}" > "$work/build" 2>&1 < /dev/null; then
        grep error: "$work/build" >&2 || true
        add "$protection" "$filter" "NO, it does not build"
    elif [ "$(ask EscapeTests/unusualNamesWork)" != passed ]; then
        # Tests that fail because nothing works at all prove nothing.
        add "$protection" "$filter" "NO, it runs no container"
    else
        for test in $filter; do
            if [ "$(ask "$test")" = failed ]; then
                add "$protection" "$test" "yes, $(grep -c 'recorded an issue' "$work/log") issues"
            else
                add "$protection" "$test" NO
            fi
        done
    fi
    git -C "$work/copy" checkout --quiet -- .
done <<< "$protections"

column -t -s '|' <<< "$table"
exit $status
