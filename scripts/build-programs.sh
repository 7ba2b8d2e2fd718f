#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the programs as they are installed: optimized, as Embedded Swift (without the Swift runtime), and linked with musl. They lie in
# .build/programs/release then.
#
# The templates for images (lxc-image) are ordinary Swift with the runtime in the program, a package of its own: .build/images/release.
#
# Everything else (`swift build`, the tests) is ordinary Swift: a test needs the runtime, and a debug build is there sooner.
#
# usage: build-programs.sh [options of `swift build`]
#
# From the environment:
#   LXC_WITHOUT_IMAGES  when set, lxc-image is left out, because somebody else builds it at the same time
set -euo pipefail
cd "$(dirname "$0")/.."
architecture=$(uname -m)
swift=$(readlink -f "$(command -v swift)")
# Where Package.swift finds what belongs to the programs' libraries, the C library (musl) and Embedded Swift's own.
export LXC_MUSL=/usr/lib/$architecture-linux-musl
export LXC_EMBEDDED=${swift%/bin/*}/lib/swift/embedded/$architecture-unknown-linux-gnu
for part in "$LXC_MUSL/libc.a" "$LXC_EMBEDDED"; do
    if [ ! -e "$part" ]; then
        echo "build-programs: $part is missing (scripts/install-dependencies.sh installs musl-dev; Embedded Swift comes with the toolchain)" >&2
        exit 1
    fi
done
# musl's headers come before those of the system's C library; the kernel's headers are the system's.
flags=(-Xcc "-isystem/usr/include/$architecture-linux-musl" -Xcc -D_GNU_SOURCE)
for program in lxc lxc-supervisor lxc-init lxc-user-nic; do
    swift build -c release --scratch-path .build/programs --product "$program" "${flags[@]}" "$@"
done
if [ -z "${LXC_WITHOUT_IMAGES:-}" ]; then scripts/build-image-templates.sh "$@"; fi
