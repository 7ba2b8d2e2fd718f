#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the templates for images (lxc-image) as they are installed; they lie in .build/images/release then.
#
# usage: build-image-templates.sh [options of `swift build`]
set -euo pipefail
cd "$(dirname "$0")/.."
exec swift build -c release --package-path Images --scratch-path .build/images --static-swift-stdlib --product lxc-image "$@"
