#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs tests in a virtual machine with Debian's own kernel: pure cgroup v2 with all controllers, AppArmor, device-mapper, ipvlan, 802.1q.
# The machine is emulated (no KVM), which is about twenty times slower; it takes what `make test` builds.
#
# usage: vm-test.sh [--boot plain|systemd] [--timeout SECONDS] [--smoke] [--job SCRIPT] [options of the test program]
#   --boot     only one of the two: a host without an init system, or one with systemd as process 1
#   --timeout  after which a machine is ended; 600 when not given
#   --smoke    the quick part of what is run without options
#   --job      runs this script in the machine instead of the tests
#   Without options of the test program the tests that have something to say in each machine are run.
#
# From the environment:
#   LXC_TEST_BUILD_DIR  folder of the programs to test; .build/programs/release when unset
#   LXC_VM_CACHE        where the machine's kernel and disk are kept; .local/vm when unset
#   LXC_VM_RESULTS      where results go: report.xml, output, console, dmesg, journal for each boot; .build/vm-results when unset
set -euo pipefail
cd "$(dirname "$0")/.."

boots=(plain systemd)
timeout=600
job=
smoke=
while [ $# -gt 0 ]; do
    case $1 in
        --boot) boots=("$2") && shift 2 ;;
        --timeout) timeout=$2 && shift 2 ;;
        --smoke) smoke=yes && shift ;;
        --job) job=$2 && shift 2 ;;
        *) break ;;
    esac
done

programs=${LXC_TEST_BUILD_DIR:-.build/programs/release}
results=${LXC_VM_RESULTS:-.build/vm-results}
work=$(mktemp -d "${TMPDIR:-/tmp}/lxc-vm.XXXXXX")
trap 'rm -rf "$work"' EXIT

if [ ! -x "$programs/lxc" ] || [ ! -e .build/debug/swift-lxcPackageTests.xctest ]; then
    echo "vm-test: there is nothing to test in $programs and .build/debug: run make test first" >&2
    exit 1
fi
machine=$(scripts/vm/image.sh "${LXC_VM_CACHE:-.local/vm}")
scripts/vm/payload.sh "$programs" "$work/tree" "$job"
mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$work/tree" "$work/payload" 2G > /dev/null 2>&1

# What runs in which machine, when nothing else is said.
selection() {
    case $1 in
        plain) if [ -n "$smoke" ]; then echo --filter ApparmorTests --filter CgroupLimitTests; else echo --filter VirtualMachineTests --filter FirstSessionTests; fi ;;
        systemd) echo --filter FirstSessionTests --filter UserSessionTests --filter UnitTests ;;
    esac
}

boot() {
    local kind=$1 init append out=$results/$1
    shift
    case $kind in
        plain) init=/usr/local/sbin/start ;;
        systemd) init=/sbin/init ;;
    esac
    append="root=/dev/vda init=$init console=ttyS0 quiet panic=-1 apparmor=1 lsm=landlock,lockdown,yama,integrity,apparmor,bpf lxc.test=$kind"
    append+=" systemd.unified_cgroup_hierarchy=1 mitigations=off"
    rm -rf "$out"
    mkdir -p "$out"
    printf '%s\n' "$kind" "$@" > "$work/words"
    truncate -s 0 "$work/results" && truncate -s 64M "$work/results"
    # The words of this boot: a disk of one block, so that one payload serves all.
    truncate -s 64K "$work/words"
    timeout --kill-after=5 "$timeout" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 2048 -nodefaults -no-reboot -display none \
        -kernel "$machine/kernel" -initrd "$machine/initrd" -append "$append" -serial "file:$out/console" \
        -drive "file=$machine/disk,format=raw,if=virtio,snapshot=on" -drive "file=$work/payload,format=raw,if=virtio,snapshot=on" \
        -drive "file=$work/results,format=raw,if=virtio" -drive "file=$work/words,format=raw,if=virtio,readonly=on" || true
    if ! tar -C "$out" -xf "$work/results" 2> /dev/null || [ ! -e "$out/status" ]; then
        echo "vm-test: the machine ($kind) did not come to its end within $timeout s; the last that it said ($out/console):" >&2
        tail -n 30 "$out/console" >&2
        return 1
    fi
    sed "s/^/$kind: /" "$out/output"
    return "$(cat "$out/status")"
}

status=0
for kind in "${boots[@]}"; do
    words=("$@")
    if [ $# -eq 0 ]; then read -r -a words <<< "$(selection "$kind")"; fi
    started=$SECONDS
    if boot "$kind" "${words[@]}"; then
        echo "vm-test: $kind passed after $((SECONDS - started)) s"
    else
        echo "vm-test: $kind FAILED after $((SECONDS - started)) s; see $results/$kind"
        status=1
    fi
done
exit $status
