// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LXCConfig

/// get_config_item and get_keys, compared with what C LXC 5.0.2 answers.
@Suite struct ReadBackTests {
    @Test func wholeTrees() throws {
        let config = try settings(
            """
            lxc.cgroup2.memory.max = 5M
            lxc.cgroup2.devices.allow = c 1:3 rwm
            lxc.cgroup2.devices.allow = a
            lxc.cgroup.cpu.shares = 5
            lxc.prlimit.nofile = 1000:2000
            lxc.prlimit.core = unlimited
            lxc.sysctl.net.ipv4.ip_forward = 1
            lxc.proc.oom_score_adj = 5
            """)
        #expect(
            config.value(of: "lxc.cgroup2")
                == "lxc.cgroup2.memory.max = 5M\nlxc.cgroup2.devices.allow = c 1:3 rwm\nlxc.cgroup2.devices.allow = a\n")
        #expect(config.value(of: "lxc.cgroup2.devices.allow") == "c 1:3 rwm\na\n")
        #expect(config.value(of: "lxc.cgroup2.memory.high") == "")
        #expect(config.value(of: "lxc.cgroup") == "lxc.cgroup.cpu.shares = 5\n")
        #expect(config.value(of: "lxc.prlimit") == "lxc.prlimit.nofile = 1000:2000\nlxc.prlimit.core = unlimited\n")
        #expect(config.value(of: "lxc.sysctl") == "lxc.sysctl.net.ipv4.ip_forward = 1\n")
        #expect(config.value(of: "lxc.proc") == "lxc.proc.oom_score_adj = 5\n")
        #expect(config.keys(under: "lxc.prlimit") == ["nofile", "core"])
        #expect(config.keys(under: "lxc.cgroup2") == ["memory.max", "devices.allow"])
    }

    @Test func devices() throws {
        let config = try settings(
            """
            lxc.net.0.type = veth
            lxc.net.0.ipv4.address = 10.0.3.4/24 10.0.3.255
            lxc.net.0.ipv4.address = 172.16.2.3
            lxc.net.5.type = phys
            lxc.net.7.link = br0
            """)
        #expect(config.value(of: "lxc.net") == "veth\nphys\nempty\n")
        #expect(config.value(of: "lxc.net.0.ipv4.address") == "10.0.3.4/24\n172.16.2.3/16")
        #expect(config.value(of: "lxc.net.9.link") == nil && config.value(of: "lxc.net.0") == nil)
        #expect(config.keys(under: "lxc.net") == ["0", "5", "7"])
        #expect(
            config.keys(under: "lxc.net.5") == [
                "type", "script.up", "script.down", "flags", "link", "name", "hwaddr", "mtu", "ipv6.address", "ipv6.gateway",
                "ipv4.address", "ipv4.gateway",
            ])
        #expect(config.keys(under: "lxc.net.7") == ["type", "script.up", "script.down"])
        #expect(config.keys(under: "lxc.net.0")?.contains("veth.pair") == true)
        #expect(config.keys(under: "lxc.net.1") == nil)
    }

    @Test func names() throws {
        let config = ContainerConfig()
        let all = try #require(config.keys(under: ""))
        // What C LXC 5.0.2 lists.
        for name in [
            "lxc.arch", "lxc.cgroup", "lxc.cgroup2", "lxc.hook", "lxc.include", "lxc.net", "lxc.prlimit", "lxc.proc", "lxc.uts.name",
        ] {
            #expect(all.contains(name))
        }
        #expect(!all.contains { $0.contains(".N") } && !all.contains("lxc.kmsg"))
        #expect(Set(config.keys(under: "lxc.cap") ?? []) == ["drop", "keep"])
        #expect(config.keys(under: "lxc.hook")?.contains("pre-start") == true)
        #expect(config.keys(under: "lxc.nothing") == nil && config.keys(under: "lxc.uts.name") == nil)
    }

    @Test(arguments: ["lxc.include", "lxc.hook", "lxc.foo", "lxc.net.x", "", "lxc.network.link", "uts.name"])
    func notReadable(key: String) { #expect(ContainerConfig().value(of: key) == nil) }

    @Test func unsetIsEmpty() {
        for key in ["lxc.uts.name", "lxc.cap.drop", "lxc.idmap", "lxc.arch", "lxc.net", "lxc.cgroup2", "lxc.utsname", "lxc.x-mine"] {
            #expect(ContainerConfig().value(of: key) == "", "\(key)")
        }
    }

    @Test func linesOfTheIDMap() throws {
        let config = try settings("lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n")
        #expect(config.value(of: "lxc.idmap") == "u 0 100000 65536\ng 0 100000 65536")
        #expect(config.idMap.map(\.kind) == [.user, .group])
    }

    @Test func automaticMounts() throws {
        let config = try settings("lxc.mount.auto = proc sys:ro cgroup:rw\nlxc.mount.auto = cgroup-full:ro:force cgroup2 shmounts:/srv\n")
        #expect(
            config.mounts.automatic.map(\.value) == [
                .proc(.mixed), .sys(.readOnly), .cgroup(mode: .readOnly, full: true, force: true), .cgroup2(readOnly: false),
                .shmounts(host: "/srv", container: "/dev/.lxc-mounts"),
            ])
        #expect(config.value(of: "lxc.mount.auto") == "proc:mixed sys:ro cgroup-full:ro:force cgroup2 shmounts:/srv:/dev/.lxc-mounts")
    }

    @Test func ownKeysOfUsers() throws {
        var edited = try document("lxc.x-owner = somebody\n")
        #expect(edited.value(of: "lxc.x-owner") == "somebody")
        try edited.set("lxc.x-owner", "else")
        #expect(edited.savedText == "lxc.x-owner = else\n")
        try edited.clear("lxc.x-owner")
        #expect(edited.savedText == "" && edited.value(of: "lxc.x-owner") == "")
    }

    @Test(arguments: [
        ("lxc.net.0.link = a", "lxc.net.0.type"), ("lxc.net.0.type = phys", "lxc.net.0.type"),
        ("lxc.net.3.type = macvlan", "lxc.net.3.type"),
        ("lxc.net.0.type = vlan\nlxc.net.0.link = a", "lxc.net.0.type"),
        ("lxc.net.0.type = veth\nlxc.net.0.name = a\nlxc.net.1.type = veth\nlxc.net.1.name = a", "lxc.net.1.name"),
        ("lxc.cgroup.dir.container = a", "lxc.cgroup.dir.container"), ("lxc.cgroup.dir.monitor = a", "lxc.cgroup.dir.monitor"),
        ("lxc.cgroup.dir = a\nlxc.cgroup.dir.monitor = b\nlxc.cgroup.dir.container = c", "lxc.cgroup.dir.container"),
    ])
    func contradictions(text: String, key: String) throws {
        let config = try settings(text)
        let failure = #expect(throws: ConfigProblem.self) { try config.checkConsistency() }
        #expect(failure?.key == key && (failure?.origin.line ?? 0) > 0 && failure?.hint != nil)
    }

    @Test(arguments: [
        SeedSnippets.networks, SeedSnippets.android, SeedSnippets.contained, "", "lxc.net.0.type = empty\nlxc.net.1.type = none",
        "lxc.cgroup.dir.container = a\nlxc.cgroup.dir.monitor = b",
    ])
    func consistent(text: String) throws { try settings(text).checkConsistency() }
}
