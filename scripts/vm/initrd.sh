#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the first root filesystem of the virtual machine: busybox, and the drivers for its disks. Small, because an emulated processor unpacks it.
#
# usage: initrd.sh ROOT KERNEL_VERSION FILE
set -euo pipefail
root=$1 version=$2 file=$3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{bin,dev,proc,sys,modules,root}
cp "$root/bin/busybox" "$work/bin"
# In the order in which they have to be loaded; each is named once.
for module in virtio_pci virtio_blk ext4; do
    chroot "$root" modprobe --show-depends --set-version "$version" "$module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' > "$work/list"
# ext4 asks for this one by a name that is no dependency.
chroot "$root" modprobe --show-depends --set-version "$version" crc32c_generic | awk '$1 == "insmod" { print $2 }' >> "$work/list" || true
: > "$work/modules/order"
while read -r module; do
    cp "$root$module" "$work/modules"
    basename "$module" >> "$work/modules/order"
done < "$work/list"
rm "$work/list"

cat > "$work/init" << 'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
while read -r module; do insmod "/modules/$module" 2> /dev/null; done < /modules/order
init=/sbin/init
for word in $(cat /proc/cmdline); do
    case $word in init=*) init=${word#init=} ;; esac
done
tries=0
until mount -t ext4 /dev/vda /root 2> /dev/null; do
    tries=$((tries + 1))
    if [ $tries -gt 50 ]; then
        echo "vm-test: there is no disk /dev/vda with a root filesystem"
        poweroff -f
    fi
    sleep 0.1
done
for folder in dev proc sys; do mount --move "/$folder" "/root/$folder"; done
exec switch_root /root "$init"
END
chmod 0755 "$work/init"
(cd "$work" && find . | cpio --quiet -o -H newc | gzip -1) > "$file"
