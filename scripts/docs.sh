#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the documentation of the Swift library with the toolchain's docc: .build/docs/LXC.doccarchive. A warning is an error.
#
# usage: docs.sh [folder of the built modules, .build/debug]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-.build/debug}

swift build --quiet --target LXC
symbols=$(mktemp -d)
trap 'rm -rf "$symbols"' EXIT
# The module imports others of ours, and they C headers: whoever reads it needs to know where these are.
headers=(-I "$build/Modules" -Xcc -ISources/CLinux/include)
for map in "$build/CLinux.build/module.modulemap" Sources/CSeccomp/module.modulemap; do headers+=(-Xcc "-fmodule-map-file=$map"); done
swift symbolgraph-extract -module-name LXC -target "$(uname -m)-unknown-linux-gnu" "${headers[@]}" -minimum-access-level public \
    -output-dir "$symbols"
mkdir -p .build/docs
rm -rf .build/docs/LXC.doccarchive
swift=$(readlink -f "$(command -v swift)")
"${swift%/*}/docc" convert Sources/LXC/LXC.docc --fallback-display-name LXC --fallback-bundle-identifier swift-lxc.LXC \
    --additional-symbol-graph-dir "$symbols" --warnings-as-errors --output-path .build/docs/LXC.doccarchive
echo "see it with: docc preview, or any web server in $PWD/.build/docs/LXC.doccarchive"
