#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that building, testing and running need. Quick when they are all there.
#
# usage: install-dependencies.sh [--tests | --peers | --machine]
#   --tests  also what makes filesystems, images and odd files for the tests of storage and templates, and compares copies
#   --machine  what makes and runs the virtual machine of `make vm-test`
#   --peers  these, and what `make bench` and the interoperation tests compare with (C LXC, crun, hyperfine), the languages that its library is used
#            from (Python, Go), and an Open vSwitch
set -euo pipefail

# git, make, gcc and binutils: the Swift toolchain links with them; musl-dev is the C library of the installed programs; libseccomp-dev
# holds the static library of the filters, zlib1g-dev the one that unpacks /proc/config.gz.
# libarchive-dev to libzstd-dev: what the templates for images unpack, compare and transfer with.
# dnsmasq-base, nftables and iptables: what lxc-net runs; iproute2: tests look at interfaces with it.
packages=(
    git make gcc libc6-dev musl-dev libstdc++-12-dev binutils libseccomp-dev zlib1g-dev busybox-static python3 util-linux procps iproute2
    dnsmasq-base nftables iptables libarchive-dev libcurl4-openssl-dev libssl-dev liblzma-dev libzstd-dev
)
case "${1:-}" in
    --tests | --peers)
        packages+=(btrfs-progs e2fsprogs erofs-utils squashfs-tools xfsprogs rsync acl attr libcap2-bin qemu-user-static dbus-bin uidmap apparmor valgrind mandoc)
        # Images: what they are made with, where else they come from, and what checks their signatures.
        packages+=(xz-utils zstd openssl skopeo squashfs-tools-ng gpg gpgv gpg-agent) ;;
esac
if [ "${1:-}" = --peers ]; then
    # Go is 80 MB to fetch and 450 MB on disk: too much for every run of the tests.
    packages+=(lxc lxc-dev python3-lxc golang-go golang-gopkg-lxc-go-lxc.v2-dev golang-golang-x-sys-dev crun hyperfine python3-matplotlib strace openvswitch-switch debootstrap)
fi

if [ "${1:-}" = --machine ]; then packages+=(qemu-system-x86 debootstrap cpio e2fsprogs kmod); fi

missing=()
for package in "${packages[@]}"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" != installed ]; then missing+=("$package"); fi
done

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ]; then
        {
            echo "these Debian packages are missing: ${missing[*]}"
            echo "install them as root:  apt-get install ${missing[*]}"
        } >&2
        exit 1
    fi
    echo "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -q --no-install-recommends "${missing[@]}" > /dev/null 2>&1 || {
        apt-get update -q
        apt-get install -y -q --no-install-recommends "${missing[@]}"
    }
fi

if ! command -v swift > /dev/null; then
    {
        echo "the Swift toolchain is missing; this package is written for Swift $(cat "$(dirname "$0")/../.swift-version")"
        echo "install it from https://www.swift.org/install/linux/ and put its usr/bin in PATH"
    } >&2
    exit 1
fi
