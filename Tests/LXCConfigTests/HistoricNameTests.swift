// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCConfig

/// Keys of LXC 1.0 to 2.1 are accepted for ever.
@Suite struct HistoricNameTests {
    static let names: [(old: String, new: String)] = [
        ("lxc.aa_profile", "lxc.apparmor.profile"), ("lxc.utsname", "lxc.uts.name"),
        ("lxc.aa_allow_incomplete", "lxc.apparmor.allow_incomplete"), ("lxc.rootfs", "lxc.rootfs.path"),
        ("lxc.se_context", "lxc.selinux.context"), ("lxc.seccomp", "lxc.seccomp.profile"), ("lxc.mount", "lxc.mount.fstab"),
        ("lxc.tty", "lxc.tty.max"), ("lxc.pts", "lxc.pty.max"), ("lxc.devttydir", "lxc.tty.dir"), ("lxc.console", "lxc.console.path"),
        ("lxc.haltsignal", "lxc.signal.halt"), ("lxc.stopsignal", "lxc.signal.stop"), ("lxc.rebootsignal", "lxc.signal.reboot"),
        ("lxc.id_map", "lxc.idmap"), ("lxc.loglevel", "lxc.log.level"), ("lxc.logfile", "lxc.log.file"),
        ("lxc.syslog", "lxc.log.syslog"), ("lxc.limit.nofile", "lxc.prlimit.nofile"), ("lxc.init_cmd", "lxc.init.cmd"),
        ("lxc.init_uid", "lxc.init.uid"), ("lxc.init_gid", "lxc.init.gid"),
    ]

    static let devices: [(old: String, new: String)] = [
        ("flags", "flags"), ("link", "link"), ("name", "name"), ("hwaddr", "hwaddr"), ("ipv4", "ipv4.address"), ("ipv6", "ipv6.address"),
        ("mtu", "mtu"), ("vlan.id", "vlan.id"), ("macvlan.mode", "macvlan.mode"), ("veth.pair", "veth.pair"), ("script.up", "script.up"),
        ("script.down", "script.down"), ("ipv4.gateway", "ipv4.gateway"), ("ipv6.gateway", "ipv6.gateway"),
    ]

    private func sample(_ key: String) throws -> KeySample { try #require(KeySample.all.first { $0.key == key }) }

    @Test(arguments: names) func oldNameIsTheNewKey(old: String, new: String) throws {
        let sample = try sample(new)
        let read = try document("\(old) = \(sample.value)\n")
        #expect(read.value(of: new) == sample.read)
        #expect(read.value(of: old) == sample.read)
        #expect(read.config.entries.map(\.key) == [new])
        #expect(read.notes == [ConfigNote(old: old, new: new, origin: ConfigOrigin(file: "test.conf", line: 1))])
        #expect(try document("\(new) = \(sample.value)\n").notes.isEmpty)
    }

    @Test(arguments: devices) func oldDeviceNames(old: String, new: String) throws {
        let sample = try sample("lxc.net.0." + new)
        let sections = try document("lxc.network.type = veth\nlxc.network.\(old) = \(sample.value)\nlxc.network.type = empty\n")
        #expect(sections.value(of: "lxc.net.0." + new) == sample.read)
        #expect(sections.value(of: "lxc.network.0." + old) == sample.read)
        #expect(sections.config.networks.map { $0.type?.value } == ["veth", "empty"])
        let indexed = try document("lxc.network.4.type = veth\nlxc.network.4.\(old) = \(sample.value)\n")
        #expect(indexed.value(of: "lxc.net.4." + new) == sample.read)
    }

    @Test func oldAndNewNamesMix() throws {
        let config = try settings(
            "lxc.net.2.type = empty\nlxc.network.type = veth\nlxc.network.link = br0\nlxc.utsname = a\nlxc.uts.name = b\n")
        #expect(config.networks.map(\.index) == [2, 3])
        #expect(config.networks.last?.link == "br0" && config.hostName == "b")
    }

    @Test func emptyOldNetworkRemovesAll() throws {
        let config = try settings("lxc.network.type = veth\nlxc.network =\nlxc.network.type = empty\n")
        #expect(config.networks.map { $0.type?.value } == ["empty"] && config.networks.map(\.index) == [0])
    }

    @Test func aSectionNeedsItsType() throws {
        let fault = try #require(problem("lxc.uts.name = a\nlxc.network.link = br0\n"))
        #expect(fault.origin.line == 2 && fault.hint?.contains("lxc.network.type") == true)
    }

    @Test func oldStorageType() throws {
        let rootfs = try settings("lxc.rootfs.backend = overlayfs\nlxc.rootfs = /a:/b\n").rootfs
        #expect(rootfs.storageType == "overlayfs" && rootfs.plainPath == "/a:/b")
        #expect(try settings("lxc.rootfs = dir:/a\nlxc.rootfs.backend = btrfs\n").rootfs.storageType == "dir")
    }

    @Test func keysWithoutEffect() throws {
        let read = try document("lxc.kmsg = 0\nlxc.pivotdir = x\n")
        #expect(read.notes.map(\.new) == [nil, nil])
        #expect(read.notes.first?.description == "lxc.kmsg has no effect any more")
    }

    @Test func oneNoteForAStart() throws {
        #expect(ConfigNote.summary([]) == nil)
        let text = try #require(ConfigNote.summary(try document("lxc.utsname = a\nlxc.tty = 1\nlxc.pts = 1\n").notes))
        #expect(text.hasPrefix("test.conf:1: lxc.utsname is called lxc.uts.name today, and 2 more historic keys\n"))
        #expect(text.split(separator: "\n").count == 2)
    }
}
