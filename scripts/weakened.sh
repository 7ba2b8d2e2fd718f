#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows that the security tests can fail: takes one protection after the other out of a copy of the sources, and demands that the
# tests that guard it fail with those programs.
#
# usage: weakened.sh [WORD...]     only protections of these rows of the attack table, or whose line contains one of the words
#
# Needs root, a built test suite (make build) that passes, and about a minute for each protection. The copy, .build/weakened, stays for the
# next time. Not part of CI: what it builds must never be installed.
# SWIFT_FLAGS: extra options of the build, for example "-j 1".
set -euo pipefail
cd "$(dirname "$0")/.."

read -r -a flags <<< "${SWIFT_FLAGS:-}"
root=$PWD
copy=$root/.build/weakened
work=$(mktemp -d)
if [ -e "$copy/.git" ]; then
    git -C "$copy" checkout --quiet --force --detach "$(git rev-parse HEAD)"
else
    git worktree prune
    git worktree add --quiet --detach "$copy" HEAD
fi
# The prefix of the tests holds what was built last.
trap 'git -C "$copy" checkout --quiet --force -- .; rm -rf "$work" "$root/.build/test-prefix" "$copy/.build/test-prefix"' EXIT

apply() { # files, sed script
    local file
    for file in $1; do
        cp "$copy/$file" "$work/before"
        sed -i -E "$2" "$copy/$file"
        if cmp -s "$work/before" "$copy/$file"; then
            echo "the change does not fit $file any more: $2" >&2
            return 1
        fi
    done
}

build() { # tests
    local with=()
    if [[ "$1" == *copy:* ]]; then with=(--build-tests); fi
    swift build --package-path "$copy" "${with[@]}" "${flags[@]}" > "$work/build" 2>&1 < /dev/null
}

# What the tests say to the programs of the copy: passed, failed, or nothing when the filter fits none. In a mount namespace: without its
# protection a program may mount or unmount something of the host.
ask() { # filter; with "copy:" the tests of the copy, which have its code in them
    local status=0 variables=(LXC_TEST_SHARED_MACHINE=1 LXC_TEST_REQUIRE=root SWIFT_BACKTRACE=enable=no) package=$root
    case $1 in
        copy:*) package=$copy ;;
        *) variables+=("LXC_TEST_BUILD_DIR=$copy/.build/debug" "LXC_TEST_SOURCE_DIR=$copy") ;;
    esac
    env "${variables[@]}" timeout 240 unshare --mount --propagation slave \
        swift test --skip-build --package-path "$package" --filter "${1#copy:}" > "$work/log" 2>&1 < /dev/null || status=$?
    # One that waits for ever has failed.
    if [ $status -eq 124 ]; then
        echo failed
        return
    fi
    if ! grep -Eq 'Test run with [1-9][0-9]* test' "$work/log"; then return; fi
    if [ $status -eq 0 ]; then echo passed; else echo failed; fi
}

add() { # protection, test, verdict
    table+="$1 | $2 | $3"$'\n'
    echo "    $2: $3" >&2
    if [[ "$3" != yes* ]]; then status=1; fi
}

is_wanted() { # rows, line
    local word
    for word in "${words[@]}"; do
        if [[ " $1 " == *" $word "* ]] || { [[ ! "$word" =~ ^[A-Z][0-9]+$ ]] && [[ "$2" == *"$word"* ]]; }; then return 0; fi
    done
    [ ${#words[@]} -eq 0 ]
}

words=("$@")
status=0
table="protection | test | failed as it must"$'\n'
while IFS='|' read -r rows protection filter files change; do
    read -r rows <<< "$rows"
    read -r protection <<< "$protection"
    read -r filter <<< "$filter"
    case $protection in none:*) continue ;; esac
    is_wanted "$rows" "$rows $protection $filter" || continue
    name="$rows: $protection"
    echo "without: $name" >&2
    if ! apply "$files" "$change"; then
        add "$name" "$filter" "NO, the change does not fit"
    elif ! build "$filter"; then
        grep error: "$work/build" >&2 || true
        add "$name" "$filter" "NO, it does not build"
    elif [ "$(ask EscapeTests/unusualNamesWork)" != passed ]; then
        # Tests that fail because nothing works at all prove nothing.
        add "$name" "$filter" "NO, it runs no container"
    else
        for test in $filter; do
            if [ "$(ask "$test")" = failed ]; then
                add "$name" "$test" "yes, $(grep -c 'recorded an issue' "$work/log" || true) issues"
            else
                add "$name" "$test" NO
            fi
        done
    fi
    git -C "$copy" checkout --quiet -- .
done < <(grep -v '^#' Tests/Weakened/protections)

column -t -s '|' <<< "$table"
exit $status
