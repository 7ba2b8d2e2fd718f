#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The built liblxc.so.1 shows the symbols of its list and no others, has C LXC's soname, and needs no library of Swift's.
set -euo pipefail
cd "$(dirname "$0")/../.."

swift build --quiet --product liblxc-shared
library=.build/debug/libliblxc-shared.so
wanted=$(sed -nE 's/^ +([a-z_0-9]+);$/\1/p' Sources/LiblxcABI/exported-symbols.map | sort)
found=$(nm -D --defined-only "$library" | awk '$2 ~ /^[A-Z]$/ { print $3 }' | sort)
if [ "$wanted" != "$found" ]; then
    echo "the symbols of $library (>) are not those of Sources/LiblxcABI/exported-symbols.map (<):"
    diff <(echo "$wanted") <(echo "$found") || true
    exit 1
fi
head=$(readelf -d "$library")
if ! grep -F '[liblxc.so.1]' <<< "$head" > /dev/null; then
    echo "$library has not the soname liblxc.so.1"
    exit 1
fi
if grep -i 'NEEDED.*swift' <<< "$head"; then
    echo "$library needs a library of Swift's"
    exit 1
fi
echo "$(wc -l <<< "$wanted") symbols"
