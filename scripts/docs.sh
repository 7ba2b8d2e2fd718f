#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the documentation of the Swift library: .build/docs/LXC.doccarchive. A warning is an error.
#
# usage: docs.sh
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .build/docs
rm -rf .build/docs/LXC.doccarchive
# The plugin is a dependency only here (Package.swift).
LXC_DOCS=1 swift package --scratch-path .build/docs-build generate-documentation \
    --target LXC --warnings-as-errors --output-path .build/docs/LXC.doccarchive
