// SPDX-License-Identifier: Apache-2.0

/// The configurations of the documents that the first users were given, exactly as they stand there.
enum SeedSnippets {
    static let autostart = """
        lxc.start.auto = 1
        lxc.group = ubuntu
        """

    static let autostartWords = """
        lxc.start.auto = 0
        lxc.start.delay = 0
        lxc.start.order = 0
        lxc.group = group1,group2,group3
        """

    static let networks = """
            lxc.network.type = veth
            lxc.network.hwaddr = 00:16:3e:3a:f1:c1
            lxc.network.flags = up
            lxc.network.link = lxcbr0
            lxc.network.name = eth0

            lxc.network.type = veth
            lxc.network.link = virbr0
            lxc.network.name = virt0

            lxc.network.type = phys
            lxc.network.link = eth2
            lxc.network.name = eth1
        """

    static let nesting = "    lxc.aa_profile = lxc-container-default-with-nesting"
    static let unconfined = "    lxc.aa_profile = unconfined"

    static let tap = """
            lxc.network.type = phys
            lxc.network.hwaddr = 00:16:3e:c6:0e:04
            lxc.network.flags = up
            lxc.network.link = tap0
            lxc.network.name = eth0
        """

    static let hook = "    lxc.hook.pre-start = /var/lib/lxc/p1/pre-start.sh"
    static let overlay = "    lxc.rootfs = aufs:/var/lib/lxc/u2/rootfs:/var/lib/lxc/u3/delta0"
    static let memory = "    lxc.cgroup.memory.limit_in_bytes = 134217728"

    static let devices = """
            # Default cgroup limits
            lxc.cgroup.devices.deny = a
            ## Allow any mknod (but not using the node)
            lxc.cgroup.devices.allow = c *:* m
            lxc.cgroup.devices.allow = b *:* m
            ## /dev/null and zero
            lxc.cgroup.devices.allow = c 1:3 rwm
            lxc.cgroup.devices.allow = c 1:5 rwm
            ## consoles
            lxc.cgroup.devices.allow = c 5:0 rwm
            lxc.cgroup.devices.allow = c 5:1 rwm
            ## /dev/{,u}random
            lxc.cgroup.devices.allow = c 1:8 rwm
            lxc.cgroup.devices.allow = c 1:9 rwm
            ## /dev/pts/*
            lxc.cgroup.devices.allow = c 5:2 rwm
            lxc.cgroup.devices.allow = c 136:* rwm
            ## rtc
            lxc.cgroup.devices.allow = c 254:0 rm
            ## fuse
            lxc.cgroup.devices.allow = c 10:229 rwm
            ## tun
            lxc.cgroup.devices.allow = c 10:200 rwm
            ## full
            lxc.cgroup.devices.allow = c 1:7 rwm
            ## hpet
            lxc.cgroup.devices.allow = c 10:228 rwm
            ## kvm
            lxc.cgroup.devices.allow = c 10:232 rwm
        """

    static let loop = """
            lxc.aa_profile = unconfined
            lxc.cgroup.devices.allow = b 7:* rwm
            lxc.cgroup.devices.allow = c 10:237 rwm
        """

    static let android = """
          lxc.rootfs = /var/lib/lxc/android/rootfs
          lxc.utsname = armhf

          lxc.network.type = none

          lxc.devttydir = lxc
          lxc.tty = 4
          lxc.pts = 1024
          lxc.arch = armhf
          lxc.cap.drop = mac_admin mac_override
          lxc.pivotdir = lxc_putold

          lxc.hook.pre-start = /var/lib/lxc/android/pre-start.sh

          lxc.aa_profile = unconfined
        """

    static let contained = """
        lxc.utsname=contained
        lxc.autodev = 1
        lxc.tty = 1
        lxc.pts = 1
        #
        # TODO: Remove this when we get the shutdown timeout issue fixed.
        #
        lxc.haltsignal = SIGKILL
        lxc.network.type = veth
        lxc.network.link = lxcbr0
        lxc.network.name = eth0
        # Auto-mount /proc and /sys with reasonable settings
        lxc.mount.auto = proc sys
        # Note: mounting all of /usr includes /usr/bin, /usr/lib64 and /usr/local.
        lxc.mount.entry = /usr usr none ro,bind 0 0
        lxc.mount.entry = /lib lib none ro,bind 0 0
        # These are optional, as they may not exist in the host. If they exist
        # they will be bind mounted from host to container.
        lxc.mount.entry = /lib64 lib64 none ro,bind,optional 0 0
        """

    /// What the template script of that container appends.
    static let containedTemplate = """
        lxc.rootfs = /var/lib/lxc/contained/rootfs
        lxc.mount.entry = /usr/local /var/lib/lxc/contained/rootfs//usr/local none ro,bind 0 0
        lxc.mount.entry = /usr/sbin/init.lxc bin/init.lxc none ro,bind 0 0
        lxc.mount.entry = /bin/busybox bin/busybox none ro,bind 0 0
        lxc.mount.entry = /srv/gateways gateways none rw,bind 0 0
        """

    static let fstab = "/var/cache/lxc var/cache/lxc none bind,create=dir"

    static let emulator = """
        lxc.mount.entry = /usr/bin/qemu-aarch64-static usr/bin/qemu-aarch64-static none bind,ro,create=file 0 0
        """

    /// The keys of the hooks, from the list of the documents.
    static let hooks = ["pre-start", "pre-mount", "mount", "autodev", "start", "post-stop", "clone"]
}
