#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every row of Tests/attack-table names tests that exist, or says why there is none; and every row has a protection in
# Tests/Weakened/protections that scripts/weakened.sh takes away, or a reason there why nothing can be taken away.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Suite/function of every test function: an extension of a suite counts as the suite.
tests=$(find Tests Images/Tests -name '*.swift' -exec awk '
    match($0, /(struct|class|enum|extension) [A-Za-z0-9]+Tests/) { suite = substr($0, RSTART, RLENGTH); sub(/.* /, "", suite) }
    match($0, /func [A-Za-z0-9]+\(/) { print suite "/" substr($0, RSTART + 5, RLENGTH - 6) }' {} + | sort -u)

status=0
complain() {
    echo "Tests/$*"
    status=1
}
declare -A seen weakened
while IFS='|' read -r row kinds what; do
    read -r row <<< "$row"
    read -r kinds <<< "$kinds"
    read -r what <<< "$what"
    if [ "$row" != "C LXC" ]; then seen[$row]=1; fi
    for kind in $kinds; do
        case $kind in privileged | mapped | user | host) ;; *) complain "attack-table: $row: \"$kind\" is no kind of container" ;; esac
    done
    case $what in
        "") complain "attack-table: $row: there is neither a test nor a reason" ;;
        open:\ ?* | "not applicable: "?*) ;;
        *) for test in $what; do
            if ! grep -qxF "$test" <<< "$tests"; then complain "attack-table: $row: there is no test $test"; fi
        done ;;
    esac
done < <(grep -v '^#' Tests/attack-table)

while IFS='|' read -r rows protection filter files change; do
    read -r protection <<< "$protection"
    for row in $rows; do
        if [ "$row" != - ] && [ -z "${seen[$row]:-}" ]; then complain "Weakened/protections: there is no row $row"; fi
        weakened[$row]=1
    done
    case $protection in
        none:\ ?*) continue ;;
        none:*) complain "Weakened/protections: $rows: there is no reason" ;;
    esac
    if [ -z "${change// /}" ]; then complain "Weakened/protections: $rows: $protection: there is no change"; fi
    for test in $filter; do
        if ! grep -qF "${test#copy:}" <<< "$tests"; then complain "Weakened/protections: $rows: there is no test $test"; fi
    done
    for file in $files; do
        if [ ! -f "$file" ]; then complain "Weakened/protections: $rows: there is no file $file"; fi
    done
done < <(grep -v '^#' Tests/Weakened/protections)

for row in E{1..10} P{1..18} N{1..13} K{1..28}; do
    if [ -z "${seen[$row]:-}" ]; then complain "attack-table: row $row is missing"; fi
    if [ -z "${weakened[$row]:-}" ]; then complain "Weakened/protections: row $row has no protection to take away, and no reason why"; fi
done
if [ $status -eq 0 ]; then
    echo "${#seen[@]} rows name tests that exist, or say why there is none; each has a protection to take away, or a reason"
fi
exit $status
