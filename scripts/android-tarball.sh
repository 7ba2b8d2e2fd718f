#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packs the programs as they are laid out on an Android device: everything below /data/lxc, containers in /data/lxc/containers, and
# run-lxc in front. The programs are static, so nothing of the device's system is needed but the kernel.
#
# usage: android-tarball.sh [TARBALL]     (BUILD_DIR: the built programs)
set -euo pipefail
cd "$(dirname "$0")/.."

readonly prefix=/data/lxc
tarball=${1:-.local/lxc-android-$(uname -m).tar.gz}
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

unset BINDIR SBINDIR LIBEXECDIR LIBDIR DATADIR SYSCONFDIR LOCALSTATEDIR RUNDIR
DESTDIR=$stage PREFIX=$prefix LIBDIR=$prefix/lib scripts/install.sh install > /dev/null
# Nobody but root has an account there who could use it.
chmod 0755 "$stage$prefix/libexec/lxc/lxc-user-nic"
rm -rf "$stage$prefix/share/man" "$stage$prefix/share/bash-completion" "$stage$prefix/share/zsh" "$stage$prefix/share/fish" \
    "$stage$prefix/lib/systemd"
mkdir -p "$stage$prefix/containers" "$stage$prefix/run"
echo "lxc.lxcpath = $prefix/containers" >> "$stage$prefix/etc/lxc/lxc.conf"

# Old Androids have no /bin/sh.
cat > "$stage$prefix/run-lxc" << 'RUN'
#!/system/bin/sh
# usage: ./run-lxc lxc-start -n NAME
# Runs a tool with its own folder first in PATH.
PATH=/data/lxc/bin:/data/lxc/sbin:$PATH
export PATH
# Android mounts no cgroups where Linux systems have them.
if [ ! -d /sys/fs/cgroup ] && [ -d /dev/cgroup ]; then echo "run-lxc: cgroups are in /dev/cgroup, which LXC does not look into" >&2; fi
exec "$@"
RUN
chmod 0755 "$stage$prefix/run-lxc"
mkdir -p "$(dirname "$tarball")"
tar -C "$stage" --owner=0 --group=0 --numeric-owner -czf "$tarball" data
echo "$tarball"
