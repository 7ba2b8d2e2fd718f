#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every statement of the mission's acceptance list is named by a test: "S1.07: ..." in its title, or "S1.29 to S1.32: ...".
#
# usage: statements.sh [--table]     --table prints which test proves what, as a table of Markdown
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly list=../shared/reference/seeds.md
if [ ! -e "$list" ]; then
    echo "left out: $list is not here"
    exit 0
fi
# Statements that say that nothing has to be done.
readonly nothing_to_prove="S1.88"

{
    sed -n 's/^| \(S[0-9]*\.[0-9]*\) | \([a-z]*\) | \(.*\) |$/statement\t\1\t\2\t\3/p' "$list"
    grep -rHoE '"S[0-9]+\.[0-9]+[^"]*"' Tests Images/Tests --include=*.swift | sed 's/^\([^:]*\):"\(.*\)"$/test\t\1\t\2/'
} | awk -F '\t' -v table="${1:-}" -v nothing="$nothing_to_prove" '
    $1 == "statement" { order[++count] = $2; kind[$2] = $3; text[$2] = $4; next }
    {
        file = $2
        sub(/^.*\//, "", file)
        sub(/\.swift$/, "", file)
        # Numbers stand before the colon, when there is one.
        numbers = $3
        sub(/:.*$/, "", numbers)
        gsub(/,/, " ", numbers)
        words = split(numbers, word, " ")
        for (i = 1; i <= words; i++) {
            if (word[i] !~ /^S[0-9]+\.[0-9]+$/) continue
            split(word[i], first, ".")
            last = first[2]
            if (word[i + 1] == "to") { split(word[i + 2], bound, "."); last = bound[2] }
            for (number = first[2] + 0; number <= last + 0; number++) {
                name = sprintf("%s.%02d", first[1], number)
                if (index(tests[name], file) == 0) tests[name] = tests[name] (tests[name] ? ", " : "") file
                named[name] = $3
            }
        }
    }
    END {
        if (table) print "| statement | | what | proved by |\n|---|---|---|---|"
        for (i = 1; i <= count; i++) {
            name = order[i]
            if (tests[name]) proved++
            else if (index(nothing, name)) tests[name] = "(nothing to prove)"
            else missing = missing " " name
            if (table) printf "| %s | %s | %s | %s |\n", name, kind[name], text[name], tests[name]
        }
        for (name in tests) if (!(name in text)) unknown = unknown " " name
        if (!table) printf "%d statements, %d named by tests\n", count, proved
        if (missing) print "no test names" missing
        if (unknown) print "the list does not have" unknown
        exit missing || unknown || !count
    }'
