#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the version of this checkout for packages, out of CHANGELOG.md and the commit alone: the same for everybody.
#
# The topmost heading of a release (`## 1.2.0`) is the version; what is above it (`## Unreleased`) comes after it: 1.2.0+git20261128.c8ba9f0.
set -euo pipefail
cd "$(dirname "$0")/../.."
headings=$(sed -n 's/^## //p' CHANGELOG.md)
release=$(sed -n 's/^\[\{0,1\}\([0-9][0-9.]*\)\]\{0,1\}.*/\1/p' <<< "$headings" | head -n 1)
if [ "$(head -n 1 <<< "$headings")" = Unreleased ]; then
    printf '%s+git%s.%s\n' "${release:-0}" "$(git log -1 --format=%cd --date=format:%Y%m%d%H%M)" "$(git log -1 --format=%h --abbrev=8)"
else
    printf '%s\n' "${release:?CHANGELOG.md names no release}"
fi
