#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the packages of .build/deb in a fresh Debian container, has a first container there, and removes them again: nothing but
# containers may stay.
#
# usage: deb-test.sh     (root; the packages are made by `make deb`, the container by our own tools and a Debian mirror)
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(id -u)" -ne 0 ]; then
    echo "deb-test: it starts containers, so it needs root:  sudo env PATH=\"\$PATH\" make deb-test" >&2
    exit 1
fi
prefix=$PWD/.local/deb-test
scripts/lib/install-private.sh "${BUILD_DIR:-.build/programs/release}" "$prefix"
export PATH=$prefix/bin:$PATH
name=debtest$$
# Set up by scripts/lib/install-private.sh's prefix alone: nothing of this machine's containers is touched.
cleanup() {
    lxc-stop -k -n "$name" > /dev/null 2>&1 || true # it may not run
    lxc-destroy -n "$name" > /dev/null 2>&1 || true # it may not be there
}
trap cleanup EXIT

echo "# a fresh Debian container"
# It has no network: what the packages depend on comes with its system.
needed=$(for package in .build/deb/*.deb; do dpkg-deb -f "$package" Depends; done | tr ',' '\n' | awk '$1 !~ /^swift-/ && NF { print $1 }' | sort -u | paste -sd,)
lxc-create -n "$name" -t debian -f /dev/null -- -r bookworm "--packages=busybox-static,$needed" > "$prefix/create.log" 2>&1 ||
    { cat "$prefix/create.log" >&2; exit 1; }
rootfs=$prefix/var/lib/lxc/$name/rootfs
cat >> "$prefix/var/lib/lxc/$name/config" << CONFIG
lxc.include = $prefix/share/lxc/config/nesting.conf
lxc.net.0.type = empty
lxc.apparmor.profile = unconfined
lxc.mount.auto =
# Not proc:rw: its systemd would set the kernel's settings, which are the host's.
lxc.mount.auto = proc:mixed sys:mixed cgroup:rw
lxc.cap.drop =
CONFIG
mkdir "$rootfs/root/deb"
cp .build/deb/*.deb "$rootfs/root/deb/"
lxc-start -n "$name"

inside() { lxc-attach -n "$name" --clear-env -v DEBIAN_FRONTEND=noninteractive -v PATH=/usr/sbin:/usr/bin:/sbin:/bin -- sh -ec "$1"; }
files() { inside 'find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /root/deb -o -path "/var/lib/dpkg*" \
    -o -path "/var/cache/apt*" -o -path "/var/lib/apt*" -o -path "/var/log*" -o -path "/var/cache/ldconfig*" -o -path "/var/lib/systemd*" \
    -o -path /etc/ld.so.cache -o -path /var/cache/man \) -prune -o -printf "%y %p\n" | sort'; }
# What systemd does in its first moments must not be taken for the packages'.
inside 'for round in 1 2 3 4 5 6 7 8 9 10; do if systemctl is-system-running --wait 2> /dev/null | grep -Eq "running|degraded"; then break; fi; sleep 1; done' || true # without systemd there is nothing to wait for
files > "$prefix/before"

echo "# installed"
inside 'cd /root/deb && apt-get -qq -y --no-install-recommends install ./*.deb > /root/install.log 2>&1 || { cat /root/install.log; exit 1; }
    rm /root/install.log; dpkg-query -W -f "\${Package} \${Version} \${db:Status-Abbrev}\n" "swift-*"'
inside 'test "$(stat -c %a /usr/libexec/lxc/lxc-user-nic)" = 4755; test -e /usr/lib/systemd/system/lxc-net.service; test -e /etc/lxc/default.conf'
# The library is found, and is ours.
inside 'ldconfig -p | grep -q "liblxc.so.1 .*=> "; for file in $(dpkg -L swift-liblxc1 | grep "so\.1\.") /usr/libexec/lxc/lxc-image; do
    if ldd "$file" | grep "not found"; then exit 1; fi; done'

echo "# a first container, with the installed tools"
inside 'set -x; lxc-create -n first -t busybox -f /dev/null > /dev/null; echo "lxc.net.0.type = empty" >> /var/lib/lxc/first/config
    lxc-start -n first; lxc-ls -f; lxc-attach -n first -- ps; lxc-stop -n first; lxc-destroy -n first
    lxc-create -n kept -t busybox -f /dev/null > /dev/null'

echo "# removed"
inside 'apt-get -qq -y purge "swift-*" > /dev/null; ! dpkg-query -W "swift-*" 2> /dev/null | grep .'
files > "$prefix/after"
left=$(diff "$prefix/before" "$prefix/after" | sed -n 's/^[<>] //p' | grep -v ' /var/lib/lxc$' | grep -v ' /var/lib/lxc/kept\(/\|$\)' || true) # grep finds nothing when all is well
if [ -n "$left" ]; then
    printf 'deb-test: changed by the packages and not undone:\n%s\n' "$left" >&2
    exit 1
fi
inside 'test -e /var/lib/lxc/kept/config'
echo "deb-test: nothing is left but the container"
