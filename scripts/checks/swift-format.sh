#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The code is formatted as .swift-format says; `make format` does it.
set -euo pipefail
cd "$(dirname "$0")/../.."
swift format lint --strict --parallel --recursive Package.swift Sources Snippets Tests Fuzz Images/Package.swift \
    Images/Tests Images/Sources/{Unpacking,ImageTemplates,lxc-image}
