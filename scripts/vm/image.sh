#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes what the virtual machine of `make vm-test` boots: Debian's kernel, a first root filesystem, and a disk with Debian on it.
# Takes a minute or two; what was made is kept for the next run.
#
# usage: image.sh FOLDER       prints the folder below FOLDER in which kernel, initrd and disk lie
set -euo pipefail

folder=$(realpath -m "$1")
cd "$(dirname "$0")"
release=bookworm
mirror=${LXC_VM_MIRROR:-http://deb.debian.org/debian}
# What boots, what the tests run, and what programs they compile with.
packages=systemd,systemd-sysv,udev,dbus,dbus-user-session,libpam-systemd,kmod,procps,iproute2,iptables,nftables,dnsmasq-base,apparmor,uidmap
packages+=,busybox-static,gcc,libc6-dev,libseccomp-dev,libseccomp2,libstdc++6,python3-minimal,util-linux,e2fsprogs,btrfs-progs,xfsprogs
packages+=,lvm2,dmsetup,thin-provisioning-tools,squashfs-tools,erofs-utils,rsync,acl,attr,libcap2-bin,strace,ca-certificates,criu
# Of the kernel's modules only what a virtual machine and containers need: everything is 300 MB.
modules=(
    arch/x86/crypto crypto lib drivers/block/{virtio_blk,loop,nbd}.ko drivers/virtio drivers/md drivers/dax
    drivers/net/{veth,dummy,macvlan,macvtap,ipvlan,tun,tap,virtio_net,net_failover,ifb}.ko drivers/net/ipvlan drivers/net/bonding
    net/{bridge,802,8021q,llc,netfilter,core,sched,openvswitch,unix,netlink} net/ipv4 net/ipv6 net/packet
    fs/{ext4,jbd2,overlayfs,squashfs,erofs,btrfs,xfs,fuse,binfmt_misc.ko,mbcache.ko,nls,isofs} security
)

key=$(cat image.sh initrd.sh guest/* | sha256sum | cut -c1-16)
made=$folder/$release-$key
if [ -e "$made/complete" ]; then
    echo "$made"
    exit
fi

mkdir -p "$folder"
work=$(mktemp -d "$folder/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/rootfs
{
    debootstrap --variant=minbase --include="$packages" "$release" "$root" "$mirror"

    # The kernel is not installed, so that no first root filesystem is built by its scripts, which takes a minute.
    kernel=$(chroot "$root" apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p')
    chroot "$root" sh -c "cd /tmp && apt-get -o APT::Sandbox::User=root download $kernel"
    mv "$root/tmp/$kernel"_*.deb "$work"
    dpkg -x "$work/$kernel"_*.deb "$work/kernel"
    version=${kernel#linux-image-}
    from=$work/kernel/lib/modules/$version
    to=$root/lib/modules/$version
    mkdir -p "$to/kernel"
    cp "$from"/modules.{builtin,builtin.modinfo,order} "$to"
    for module in "${modules[@]}"; do
        if [ -e "$from/kernel/$module" ]; then (cd "$from" && cp -r --parents "kernel/$module" "$to"); fi
    done
    depmod -b "$root" "$version"
    cp "$work/kernel/boot/vmlinuz-$version" "$work/kernel.img"

    ./initrd.sh "$root" "$version" "$work/initrd"

    install -m 0755 guest/start guest/run "$root/usr/local/sbin"
    install -m 0644 guest/vm-test.service "$root/etc/systemd/system"
    ln -s ../vm-test.service "$root/etc/systemd/system/multi-user.target.wants/vm-test.service"
    echo vm > "$root/etc/hostname"
    echo '127.0.0.1 localhost vm' > "$root/etc/hosts"
    # Nobody logs in, and nothing is to be fetched.
    for unit in getty@tty1.service serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer fstrim.timer e2scrub_all.timer; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}
    mke2fs -q -t ext4 -O ^has_journal,^metadata_csum -m 0 -L vm -d "$root" "$work/disk" 3G
    mkdir "$work/made"
    mv "$work/kernel.img" "$work/made/kernel"
    mv "$work/initrd" "$work/disk" "$work/made"
    touch "$work/made/complete"
} >&2
rm -rf "$made"
mv "$work/made" "$made"
# Older ones are of no use any more.
find "$folder" -maxdepth 1 -name "$release-*" ! -path "$made" -exec rm -rf {} +
echo "$made"
