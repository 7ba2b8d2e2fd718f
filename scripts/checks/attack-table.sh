#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every row of Tests/attack-table names tests that exist, or says why there is none.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Suite/function of every test function: an extension of a suite counts as the suite.
tests=$(find Tests Images/Tests -name '*.swift' -exec awk '
    match($0, /(struct|class|enum|extension) [A-Za-z0-9]+Tests/) { suite = substr($0, RSTART, RLENGTH); sub(/.* /, "", suite) }
    match($0, /func [A-Za-z0-9]+\(/) { print suite "/" substr($0, RSTART + 5, RLENGTH - 6) }' {} + | sort -u)

status=0
complain() {
    echo "Tests/attack-table: $*"
    status=1
}
declare -A seen
while IFS='|' read -r row kinds what; do
    read -r row <<< "$row"
    read -r kinds <<< "$kinds"
    read -r what <<< "$what"
    if [ "$row" != "C LXC" ]; then seen[$row]=1; fi
    for kind in $kinds; do
        case $kind in privileged | mapped | user | host) ;; *) complain "$row: \"$kind\" is no kind of container" ;; esac
    done
    case $what in
        "") complain "$row: there is neither a test nor a reason" ;;
        open:\ ?* | "not applicable: "?*) ;;
        *) for test in $what; do
            if ! grep -qxF "$test" <<< "$tests"; then complain "$row: there is no test $test"; fi
        done ;;
    esac
done < <(grep -v '^#' Tests/attack-table)

for row in E{1..10} P{1..18} N{1..13} K{1..28}; do
    if [ -z "${seen[$row]:-}" ]; then complain "row $row is missing"; fi
done
if [ $status -eq 0 ]; then echo "${#seen[@]} rows name tests that exist, or say why there is none"; fi
exit $status
