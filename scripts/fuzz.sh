#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Feeds random input to the parsers of hostile text, each for some seconds, under libFuzzer and the address sanitizer.
#
# usage: fuzz.sh [SECONDS]
#
# A target is a folder Fuzz/NAME with one Swift file that exports LLVMFuzzerTestOneInput; Fuzz/NAME/corpus holds its first
# inputs. Package.swift offers the targets as programs `fuzz-NAME` only when LXC_FUZZ is set, because they have no main of their own.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
mapfile -t targets < <(find Fuzz -mindepth 2 -maxdepth 2 -name '*.swift' -printf '%h\n' 2> /dev/null | sort -u)
if [ ${#targets[@]} -eq 0 ]; then
    echo "fuzz: there is no folder Fuzz/NAME with a Swift file" >&2
    exit 1
fi

export LXC_FUZZ=1
crashes=$PWD/Fuzz/crashes
mkdir -p "$crashes"
status=0
for target in "${targets[@]}"; do
    name=$(basename "$target")
    swift build --scratch-path .build/fuzz --product "fuzz-$name" \
        -Xswiftc -sanitize=fuzzer,address -Xlinker -fsanitize=fuzzer,address --quiet
    work=$(mktemp -d)
    echo "fuzz-$name: $seconds seconds"
    if output=$(".build/fuzz/debug/fuzz-$name" -max_total_time="$seconds" -timeout=1 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$crashes/$name-" "$work" "$target/corpus" 2>&1); then
        grep -E 'number_of_executed_units|average_exec_per_sec|peak_rss_mb' <<< "$output" | sed 's/^stat:://; s/^/  /'
    else
        tail -n 40 <<< "$output" | sed 's/^/  /'
        echo "fuzz-$name failed; the input is in $crashes"
        status=1
    fi
    rm -rf "$work"
done
exit $status
