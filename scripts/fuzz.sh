#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Feeds random input to the parsers of hostile text, each for some seconds, under libFuzzer and the address sanitizer.
#
# usage: fuzz.sh [SECONDS]
#
# A target is a folder Fuzz/NAME with a main.swift that hands libFuzzer a function; Fuzz/NAME/corpus holds its first inputs.
# Package.swift has them as programs `fuzz-NAME` only when LXC_FUZZ is set.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
mapfile -t targets < <(find Fuzz -mindepth 2 -maxdepth 2 -name main.swift -printf '%h\n' 2> /dev/null | sort)
if [ ${#targets[@]} -eq 0 ]; then
    echo "fuzz: there is no Fuzz/NAME/main.swift" >&2
    exit 1
fi

export LXC_FUZZ=1
# The trace comes from libFuzzer; the Swift runtime's own tracer would wait for a terminal that is not there.
export SWIFT_BACKTRACE=enable=no
crashes=$PWD/Fuzz/crashes
mkdir -p "$crashes"
status=0
for target in "${targets[@]}"; do
    name=$(basename "$target")
    echo "fuzz-$name: building"
    # Optimized, for ten times the inputs; overflow and bounds checks stay. lld, because gold cannot link libFuzzer.
    swift build -c release --scratch-path .build/fuzz --product "fuzz-$name" --quiet \
        -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld
    work=$(mktemp -d)
    echo "fuzz-$name: $seconds seconds"
    if output=$(".build/fuzz/release/fuzz-$name" -max_total_time="$seconds" -timeout=2 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$crashes/$name-" -close_fd_mask=1 "$work" "$target/corpus" 2>&1); then
        grep -E 'number_of_executed_units|average_exec_per_sec|peak_rss_mb' <<< "$output" | sed 's/^stat:://; s/^/  /'
    else
        tail -n 40 <<< "$output" | sed 's/^/  /'
        echo "fuzz-$name failed; the input is in $crashes"
        status=1
    fi
    rm -rf "$work"
done
exit $status
