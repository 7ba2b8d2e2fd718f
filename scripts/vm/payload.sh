#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gathers what the virtual machine needs of this checkout: test program, programs, the Swift runtime, sources that tests read or compile.
#
# usage: payload.sh PROGRAMS FOLDER JOB
#   PROGRAMS  folder of the built programs
#   FOLDER    is made
#   JOB       a script to run instead of the tests; may be empty
set -euo pipefail
programs=$1 tree=$2 job=$3
checkout=$PWD
runtime=$(dirname "$(ldd .build/debug/swift-lxcPackageTests.xctest | awk '/libswiftCore/ { print $3 }')")

mkdir -p "$tree/checkout/.build/debug" "$tree/checkout/.build/vm-programs" "$tree/runtime"
cp -r Tests Sources share scripts Examples Makefile Package.swift CHANGELOG.md "$tree/checkout"
strip -g -o "$tree/checkout/.build/debug/swift-lxcPackageTests.xctest" .build/debug/swift-lxcPackageTests.xctest
strip -g -o "$tree/checkout/.build/debug/libliblxc-shared.so" .build/debug/libliblxc-shared.so
for program in lxc lxc-supervisor lxc-user-nic lxc-init; do
    strip -g -o "$tree/checkout/.build/vm-programs/$program" "$programs/$program"
done
ldd .build/debug/swift-lxcPackageTests.xctest | awk -v from="$runtime/" 'index($3, from) == 1 { print $3 }' | xargs cp -t "$tree/runtime"
images=.build/images/$(basename "$programs")/lxc-image
if [ -e "$images" ]; then install -D "$images" "$tree/checkout/.build/images/vm-programs/lxc-image"; fi
if [ -n "$job" ]; then cp "$job" "$tree/custom"; fi

# Everything lies at the same paths as here, because a test program knows where its sources are.
cat > "$tree/job" << END
mapfile -t words < <(tr -d '\\0' < /dev/vdd)
kind=\${words[0]}
mkdir -p '$checkout' '$runtime'
mount --bind /payload/checkout '$checkout'
mount --bind /payload/runtime '$runtime'
cd '$checkout'
export LXC_TEST_BUILD_DIR=.build/vm-programs LXC_TEST_REQUIRE=root LXC_TEST_VM=\$kind SWIFT_BACKTRACE=enable=no NO_COLOR=1
if [ -e /payload/custom ]; then exec bash /payload/custom; fi
exec .build/debug/swift-lxcPackageTests.xctest --testing-library swift-testing --xunit-output /results/report.xml "\${words[@]:1}"
END
