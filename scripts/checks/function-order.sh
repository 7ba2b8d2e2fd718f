#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Most names in the lists of functions.order are still functions of the programs (when those were built here).
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly least=70 # percent

status=0
while read -r program target; do
    built=.build/programs/release/$program list=Sources/$target/functions.order
    if [ ! -e "$built" ]; then
        echo "$program was not built"
        continue
    fi
    listed=$(sed -n 's/^\.text\.\([^.]\)/\1/p' "$list" | sort -u)
    known=$(nm --defined-only "$built" | awk '{ print $3 }' | sort -u | comm -12 - <(printf '%s\n' "$listed") | wc -l)
    all=$(printf '%s\n' "$listed" | wc -l)
    percent=$((known * 100 / all))
    if [ "$percent" -lt "$least" ]; then
        echo "$list: $known of $all names are functions of $program; run 'make function-order'"
        status=1
    else
        echo "$program $percent %"
    fi
done << 'PROGRAMS'
lxc lxc-multicall
lxc-supervisor lxc-supervisor
PROGRAMS
exit $status
