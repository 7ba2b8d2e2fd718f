#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the tests of the attack table (Tests/attack-table) and prints a report: for each row the kinds of containers, how many tests passed,
# failed or were left out and why, and how C LXC did where it can be asked. Its status is 1 when a row fails, or names a test that is not
# there.
#
# usage: attack-table.sh [ROW...]     only these rows, for example K9 N9
#
# Needs root and the built test suite (make build). LXC_TEST_BUILD_DIR: the programs to attack; .build/debug when unset.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
    echo "attack-table: left out: needs root (it starts real containers)"
    exit 0
fi
export LXC_TEST_BUILD_DIR=${LXC_TEST_BUILD_DIR:-.build/debug}
export LXC_TEST_REQUIRE=${LXC_TEST_REQUIRE:-root}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -F ' *\\| *' -v wanted=" $* " '
    /^#/ || NF < 3 { next }
    wanted ~ /^ +$/ || index(wanted, " " $1 " ") { print $1 "|" $2 "|" $3 }' Tests/attack-table > "$work/table"
# One expression for all tests: the suite, the function, and the parenthesis behind it.
filter=$(cut -d '|' -f 3 "$work/table" | { grep -vE '^(open|not applicable):' || true; } | tr ' ' '\n' | sort -u | sed 's/$/\\(/' | paste -sd '|')
if [ -z "$filter" ]; then
    echo "attack-table: Tests/attack-table has no test for: $*" >&2
    exit 2
fi

status=0
swift test --skip-build --filter "$filter" --xunit-output "$work/xunit.xml" > "$work/log" 2>&1 < /dev/null || status=$?
if [ ! -s "$work/xunit-swift-testing.xml" ]; then
    tail -n 40 "$work/log" >&2
    echo "attack-table: the tests did not run to their end (status $status)" >&2
    exit 1
fi

# Suite/function, result, reason; one line a test.
awk '
    function attribute(name,    text) {
        if (!match($0, " " name "=\"[^\"]*\"")) return ""
        text = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
        gsub(/&quot;/, "\"", text); gsub(/&#8594;/, "->", text); gsub(/&#10;.*/, "", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text)
        gsub(/\|/, "/", text); gsub(/&amp;/, "\\&", text)
        return text
    }
    function finish() { if (test != "") print test "|" result "|" reason }
    /<testcase / {
        finish()
        suite = attribute("classname"); sub(/.*\./, "", suite)
        function_name = attribute("name"); sub(/\(.*/, "", function_name)
        test = suite "/" function_name; result = "passed"; reason = ""
    }
    /<failure/ && result != "failed" { result = "failed"; reason = attribute("message") }
    /<skipped/ { result = "left out"; reason = $0; gsub(/<[^>]*>|^ +/, "", reason) }
    END { finish() }' "$work/xunit-swift-testing.xml" > "$work/results"
grep -aE '^C LXC \| ' "$work/log" > "$work/peer" || true

awk -F '|' -v results="$work/results" -v peer="$work/peer" -v log_status=$status '
    BEGIN {
        while ((getline < results) > 0) { result[$1] = $2; reason[$1] = $3 }
        while ((getline line < peer) > 0) {
            split(line, part, / *\| */)
            other[part[2]] = other[part[2]] (other[part[2]] == "" ? "" : "; ") part[3]
        }
        printf "%-4s %-23s %7s %7s %9s  %s\n", "row", "containers", "passed", "failed", "left out", "C LXC (Debian)"
    }
    $1 == "C LXC" { next }
    {
        if (!($1 in order)) { order[$1] = ++rows; name[rows] = $1 }
        note = ""
        if ($3 ~ /^open:/) { isOpen[$1] = 1; state = "open"; note = substr($3, 6) }
        else if ($3 ~ /^not applicable:/) { isOut[$1] = 1; state = "not applicable"; note = substr($3, 16) }
        else state = ""
        if (state != "") {
            printf "%-4s %-23s %s:%s\n", $1, $2, state, note
            next
        }
        passed = failed = skipped = 0
        count = split($3, test, " ")
        for (i = 1; i <= count; i++) {
            t = test[i]
            if (!(t in result)) { failed++; note = note "\n       " t ": there is no such test" }
            else if (result[t] == "passed") passed++
            else if (result[t] == "failed") { failed++; note = note "\n       " t ": " reason[t] }
            else { skipped++; note = note "\n       " t ": left out: " reason[t] }
        }
        good[$1] += passed; bad[$1] += failed
        printf "%-4s %-23s %7d %7d %9d  %s%s\n", $1, $2, passed, failed, skipped, shown[$1]++ ? "" : ($1 in other ? other[$1] : "not run"), note
    }
    END {
        for (i = 1; i <= rows; i++) {
            row = name[i]
            if (bad[row]) failing++
            else if (good[row]) { proven++; if (isOpen[row]) partly++ }
            else if (isOut[row]) out++
            else if (isOpen[row]) open++
            else left++
        }
        printf "\n%d rows: %d passed (%d of them with a part that is open), %d failing, %d not applicable, %d open, %d left out\n",
            rows, proven, partly, failing, out, open, left
        exit failing > 0 || log_status != 0
    }' "$work/table" || status=1
if [ $status -ne 0 ]; then
    grep -aE 'recorded an issue' "$work/log" | cut -c 1-400 >&2 || true
    exit 1
fi
