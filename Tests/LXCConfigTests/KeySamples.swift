// SPDX-License-Identifier: Apache-2.0

import Testing
/// A value for every row of the table, and what reading it back gives.
struct KeySample: Sendable, CustomTestStringConvertible {
    let key: String
    let value: String
    let read: String
    /// What is read when nothing is set.
    let normal: String

    init(_ key: String, _ value: String, reads read: String? = nil, normal: String = "") {
        self.key = key
        self.value = value
        self.read = read ?? value
        self.normal = normal
    }

    var testDescription: String { "\(key) = \(value)" }

    static let all: [KeySample] = plain + lists + trees + devices

    private static let plain: [KeySample] = [
        KeySample("lxc.apparmor.profile", "unconfined"),
        KeySample("lxc.apparmor.allow_incomplete", "1", normal: "0"),
        KeySample("lxc.apparmor.allow_nesting", "1", normal: "0"),
        KeySample("lxc.arch", "armhf"),
        KeySample("lxc.autodev", "0", normal: "1"),
        KeySample("lxc.autodev.tmpfs.size", "1MB", reads: "1048576", normal: "500000"),
        KeySample("lxc.cgroup.dir", "machines"),
        KeySample("lxc.cgroup.dir.container", "machines/c"),
        KeySample("lxc.cgroup.dir.container.inner", "inner"),
        KeySample("lxc.cgroup.dir.monitor", "machines/m"),
        KeySample("lxc.cgroup.dir.monitor.pivot", "pivot"),
        KeySample("lxc.cgroup.relative", "1", normal: "0"),
        KeySample("lxc.console.path", "none"),
        KeySample("lxc.console.logfile", "/var/log/c"),
        KeySample("lxc.console.rotate", "1", normal: "0"),
        KeySample("lxc.console.buffer.size", "5000", reads: "8192", normal: "0"),
        KeySample("lxc.console.size", "auto", reads: "131072", normal: "0"),
        KeySample("lxc.ephemeral", "1", normal: "0"),
        KeySample("lxc.execute.cmd", "/bin/sh -c 'a b'"),
        KeySample("lxc.hook.version", "1", normal: "0"),
        KeySample("lxc.init.cmd", "/sbin/init --x"),
        KeySample("lxc.init.cwd", "/srv"),
        KeySample("lxc.init.uid", "1000", normal: "0"),
        KeySample("lxc.init.gid", "1001", normal: "0"),
        KeySample("lxc.keyring.session", "0", normal: "1"),
        KeySample("lxc.log.level", "info", reads: "INFO"),
        KeySample("lxc.log.file", "/tmp/l"),
        KeySample("lxc.log.syslog", "local3"),
        KeySample("lxc.monitor.unshare", "1", normal: "0"),
        KeySample("lxc.monitor.signal.pdeath", "SIGTERM", reads: "15", normal: "0"),
        KeySample("lxc.mount.fstab", "/var/lib/lxc/p1/fstab"),
        KeySample("lxc.no_new_privs", "1", normal: "0"),
        KeySample("lxc.pty.max", "1024", normal: "0"),
        KeySample("lxc.rootfs.path", "overlay:/a:/b", reads: "/a:/b"),
        KeySample("lxc.rootfs.mount", "/mnt"),
        KeySample("lxc.rootfs.options", "ro,idmap=container"),
        KeySample("lxc.rootfs.managed", "0", normal: "1"),
        KeySample("lxc.rootfs.backend", "btrfs"),
        KeySample("lxc.sched.core", "1", normal: "0"),
        KeySample("lxc.seccomp.profile", "/etc/p"),
        KeySample("lxc.seccomp.allow_nesting", "1", normal: "0"),
        KeySample("lxc.seccomp.notify.proxy", "unix:/run/s"),
        KeySample("lxc.seccomp.notify.cookie", "abc"),
        KeySample("lxc.selinux.context", "u:r:t:s0"),
        KeySample("lxc.selinux.context.keyring", "u:r:k:s0"),
        KeySample("lxc.signal.halt", "SIGRTMIN+3", reads: "37", normal: "0"),
        KeySample("lxc.signal.reboot", "sigint", reads: "2", normal: "0"),
        KeySample("lxc.signal.stop", "9", normal: "0"),
        KeySample("lxc.start.auto", "1", normal: "0"),
        KeySample("lxc.start.delay", "5", normal: "0"),
        KeySample("lxc.start.order", "-3", normal: "0"),
        KeySample("lxc.time.offset.boot", "5h", reads: "18000s", normal: "0"),
        KeySample("lxc.time.offset.monotonic", "-5ms", reads: "-5000000ns", normal: "0"),
        KeySample("lxc.tty.dir", "lxc"),
        KeySample("lxc.tty.max", "4", normal: "0"),
        KeySample("lxc.uts.name", "p1"),
        KeySample("lxc.kmsg", "1"),
        KeySample("lxc.pivotdir", "lxc_putold"),
    ]

    private static let lists: [KeySample] =
        [
            KeySample("lxc.apparmor.raw", "mount,", reads: "mount,\n"),
            KeySample("lxc.cap.drop", "mac_admin 17", reads: "mac_admin\nsys_rawio\n"),
            KeySample("lxc.cap.keep", "none", reads: "none\n"),
            KeySample("lxc.environment", "A=b c", reads: "A=b c\n"),
            KeySample("lxc.environment.runtime", "A=", reads: "A=\n"),
            KeySample("lxc.environment.hooks", "A=B=C", reads: "A=B=C\n"),
            KeySample("lxc.group", "a,b c", reads: "a\nb\nc\n"),
            KeySample("lxc.idmap", "u 0 100000 65536"),
            KeySample("lxc.init.groups", "1,2,3"),
            KeySample("lxc.mount.auto", "sys cgroup:mixed proc", reads: "proc:mixed sys:mixed cgroup:mixed"),
            KeySample("lxc.mount.entry", "/a b none bind 0 0", reads: "/a b none bind 0 0\n"),
            KeySample("lxc.namespace.clone", "user mount", reads: "user\nmnt\n"),
            KeySample("lxc.namespace.keep", "net", reads: "net\n"),
        ]
        + [
            "pre-start", "pre-mount", "mount", "autodev", "start", "start-host", "stop", "post-stop", "clone", "destroy",
        ].map { KeySample("lxc.hook." + $0, "/bin/hook 'a b'", reads: "/bin/hook 'a b'\n") }

    private static let trees: [KeySample] = [
        KeySample("lxc.cgroup.memory.limit_in_bytes", "5M", reads: "5M\n"),
        KeySample("lxc.cgroup2.devices.allow", "c 1:3 rwm", reads: "c 1:3 rwm\n"),
        KeySample("lxc.namespace.share.net", "1"),
        KeySample("lxc.prlimit.nofile", "1000:2000"),
        KeySample("lxc.prlimit.core", "unlimited"),
        KeySample("lxc.proc.oom_score_adj", "10"),
        KeySample("lxc.sysctl.net.ipv4.ip_forward", "1"),
    ]

    private static let devices: [KeySample] = [
        KeySample("lxc.net.0.type", "veth"),
        KeySample("lxc.net.0.link", "lxcbr0"),
        KeySample("lxc.net.0.flags", "up"),
        KeySample("lxc.net.0.name", "eth0"),
        KeySample("lxc.net.0.hwaddr", "00:16:3e:3a:f1:c1"),
        KeySample("lxc.net.0.mtu", "1500"),
        KeySample("lxc.net.0.script.up", "/up a"),
        KeySample("lxc.net.0.script.down", "/down a"),
        KeySample("lxc.net.0.ipv4.address", "10.1.2.3", reads: "10.1.2.3/8"),
        KeySample("lxc.net.0.ipv4.gateway", "auto"),
        KeySample("lxc.net.0.ipv6.address", "fd00:0::2", reads: "fd00::2/64"),
        KeySample("lxc.net.0.ipv6.gateway", "dev"),
        KeySample("lxc.net.0.macvlan.mode", "bridge", normal: "private"),
        KeySample("lxc.net.0.ipvlan.mode", "l2", normal: "l3"),
        KeySample("lxc.net.0.ipvlan.isolation", "vepa", normal: "bridge"),
        KeySample("lxc.net.0.l2proxy", "1", normal: "0"),
        KeySample("lxc.net.0.vlan.id", "7"),
        KeySample("lxc.net.0.veth.pair", "vethx"),
        KeySample("lxc.net.0.veth.mode", "router", normal: "bridge"),
        KeySample("lxc.net.0.veth.n_rxqueues", "2"),
        KeySample("lxc.net.0.veth.n_txqueues", "3"),
        KeySample("lxc.net.0.veth.ipv4.route", "10.0.0.0/8"),
        KeySample("lxc.net.0.veth.ipv6.route", "fd00::/16"),
        KeySample("lxc.net.0.veth.vlan.id", "none"),
        KeySample("lxc.net.0.veth.vlan.tagged.id", "12"),
    ]
}
