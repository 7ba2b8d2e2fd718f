// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Devices of containers: what is made, and that packets go where they should.
@Suite(.needsRoot) struct NetworkTests {
    @Test func aVethOnABridgeCarriesPackets() throws {
        try withNetwork { net in
            try net.bridge("br0", "10.9.0.1/24", "fd00:9::1/64")
            let name = try net.container(
                "one",
                [
                    "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.flags = up", "lxc.net.0.hwaddr = 00:16:3e:xx:xx:01",
                    "lxc.net.0.mtu = 1400", "lxc.net.0.ipv4.address = 10.9.0.2/24", "lxc.net.0.ipv4.address = 10.9.1.2/24 10.9.1.77",
                    "lxc.net.0.ipv4.gateway = auto", "lxc.net.0.ipv6.address = fd00:9::2/64", "lxc.net.0.ipv6.gateway = auto",
                    "lxc.net.1.type = veth", "lxc.net.2.type = empty", "lxc.net.3.type = veth", "lxc.net.3.name = lan%d",
                ])
            try net.start(name)
            let devices = try net.inside(name, "ip -o addr; ip route; ip -6 route; ip -o link")
            #expect(devices.contains("eth0    inet 10.9.0.2/24 brd 10.9.0.255"), "\(devices)")
            #expect(devices.contains("inet 10.9.1.2/24 brd 10.9.1.77"))
            #expect(devices.contains("inet6 fd00:9::2/64") && devices.contains("mtu 1400"))
            #expect(devices.contains("default via 10.9.0.1 dev eth0") && devices.contains("default via fd00:9::1 dev eth0"))
            #expect(devices.contains("link/ether 00:16:3e:") && devices.contains(": eth1@") && devices.contains(": lan0@"))
            #expect(try net.reaches("10.9.0.1", from: name))
            #expect(try net.reaches("fd00:9::1", from: name))
            #expect(try net.reaches("10.9.0.2"))
            let port = try net.ip("-o link show master br0")
            #expect(port.contains("mtu 1400") && port.contains("link/ether fe:") && port.contains(",UP"))
            try net.stop(name)
            #expect(try net.fixture.eventually { try net.links() == ["br0", "lo"] })
        }
    }

    @Test("S1.29 to S1.32: the seed's three interfaces, as written") func theSeedsThreeInterfaces() throws {
        try withNetwork { net in
            try net.bridge("lxcbr0")
            try net.bridge("virbr0")
            try net.ip("tuntap add dev eth2 mode tap")
            let name = try net.container(
                "p1",
                [
                    "lxc.network.type = veth", "lxc.network.hwaddr = 00:16:3e:3a:f1:c1", "lxc.network.flags = up",
                    "lxc.network.link = lxcbr0", "lxc.network.name = eth0", "", "lxc.network.type = veth", "lxc.network.link = virbr0",
                    "lxc.network.name = virt0", "", "lxc.network.type = phys", "lxc.network.link = eth2", "lxc.network.name = eth1",
                ])
            try net.start(name)
            let lines = try net.inside(name, "ip -o link").split(separator: "\n").map(String.init)
            let eth0 = try #require(lines.first { $0.contains(" eth0@") })
            #expect(eth0.contains("link/ether 00:16:3e:3a:f1:c1") && eth0.contains(",UP"))
            #expect(lines.contains { $0.contains(" virt0@") && !$0.contains(",UP") })
            #expect(lines.contains { $0.contains(" eth1:") })
            #expect(try net.ip("-o link show master lxcbr0").split(separator: "\n").count == 1)
            #expect(try net.ip("-o link show master virbr0").split(separator: "\n").count == 1)
            #expect(try !net.links().contains("eth2"))
            try net.stop(name)
            #expect(try net.fixture.eventually { try net.links() == ["eth2", "lo", "lxcbr0", "virbr0"] })
        }
    }

    @Test func aConfiguredPairNameIsFreeForTheVeryNextStart() throws {
        try withNetwork { net in
            try net.bridge("br0")
            let name = try net.container(
                "again", ["lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.veth.pair = vfixed", "lxc.net.0.flags = up"])
            for round in 0..<10 {
                try net.start(name)
                #expect(try net.ip("-o link show master br0 dev vfixed").contains("vfixed"))
                if round % 2 == 0 {
                    try net.stop(name)
                } else {
                    // Nobody is left who could rename anything.
                    try net.killAll(of: name)
                }
            }
            _ = try net.lxc("info", "-n", name)
            #expect(try net.fixture.eventually { try net.links() == ["br0", "lo"] })
        }
    }

    @Test func macvlansInBridgeModeTalkToEachOther() throws {
        try withNetwork { net in
            try net.ip("link add parent0 type veth peer name other0")
            try net.ip("link set parent0 up")
            try net.ip("link set other0 up")
            let names = try (1...2).map { number in
                try net.container(
                    "mv\(number)",
                    [
                        "lxc.net.0.type = macvlan", "lxc.net.0.macvlan.mode = bridge", "lxc.net.0.link = parent0", "lxc.net.0.flags = up",
                        "lxc.net.0.ipv4.address = 10.8.0.\(number)/24",
                    ])
            }
            for name in names { try net.start(name) }
            #expect(try net.reaches("10.8.0.2", from: names[0]))
            #expect(try net.inside(names[0], "ip -o link").contains("eth0@if"))
        }
    }

    /// The kernel of this machine has neither; one that has both gets the devices.
    @Test(arguments: [("ipvlan", "", "CONFIG_IPVLAN"), ("vlan", "lxc.net.0.vlan.id = 7", "CONFIG_VLAN_8021Q")])
    func kindsThatTheKernelLacksAreNamed(type: String, line: String, option: String) throws {
        try withNetwork { net in
            try net.ip("link add parent0 type veth peer name other0")
            let name = try net.container("lacks", ["lxc.net.0.type = \(type)", "lxc.net.0.link = parent0", line])
            let result = try net.lxc("start", "-n", name)
            if result.code == 0 {
                #expect(try net.inside(name, "ip -o link").contains("eth0@"))
                try net.stop(name)
                return
            }
            for word in [
                "cannot make \(type == "ipvlan" ? "an" : "a") \(type) on parent0", "unknown device type", "lxc.net.0.type", "config:",
                option,
            ] {
                #expect(result.error.contains(word), "\(word) in \(result)")
            }
        }
    }

    @Test func routerModeReachesTheHostAndANetworkBehindTheContainer() throws {
        try withNetwork { net in
            // The way to everywhere else; proxy ARP answers only for what is reached over another device.
            try net.bridge("up0", "192.0.2.1/24")
            try net.ip("route add default dev up0")
            try net.ip("addr add 10.5.5.5/32 dev lo")
            let name = try net.container(
                "router",
                [
                    "lxc.net.0.type = veth", "lxc.net.0.veth.mode = router", "lxc.net.0.flags = up", "lxc.net.0.veth.pair = vrouter",
                    "lxc.net.0.ipv4.address = 10.7.0.2/32", "lxc.net.0.ipv4.gateway = 169.254.1.1",
                    "lxc.net.0.ipv6.address = fd00:7::2/128",
                    "lxc.net.0.ipv6.gateway = fe80::1", "lxc.net.0.veth.ipv4.route = 10.66.0.0/16",
                    "lxc.net.0.veth.ipv6.route = fd00:66::/48",
                ])
            try net.start(name)
            let routes = try net.ip("route show dev vrouter") + net.ip("-6 route show dev vrouter")
            for route in ["10.7.0.2", "10.66.0.0/16", "fd00:7::2", "fd00:66::/48"] { #expect(routes.contains(route), "\(routes)") }
            #expect(try net.reaches("10.5.5.5", from: name))
            #expect(try net.reaches("10.7.0.2"))
            #expect(try net.ip("neigh show proxy").contains("169.254.1.1"))
            #expect(try net.inside(name, "ip route").contains("default via 169.254.1.1"))
        }
    }

    @Test func anotherHostReachesAContainerThroughTheLayerTwoProxy() throws {
        try withNetwork { net in
            try net.bridge("lan0", "10.4.0.1/24")
            let neighbour = try net.container(
                "lan", ["lxc.net.0.type = veth", "lxc.net.0.link = lan0", "lxc.net.0.flags = up", "lxc.net.0.ipv4.address = 10.4.0.2/24"])
            try net.start(neighbour)
            let lines = [
                "lxc.net.0.type = veth", "lxc.net.0.veth.mode = router", "lxc.net.0.link = lan0", "lxc.net.0.flags = up",
                "lxc.net.0.l2proxy = 1", "lxc.net.0.ipv4.address = 10.4.0.99/32", "lxc.net.0.ipv4.gateway = 10.4.0.1",
            ]
            let name = try net.container("proxied", lines)
            try Self.sysctl(net, "ipv4/conf/lan0/forwarding", "0")
            let refused = try net.lxc("start", "-n", name)
            #expect(
                refused.error.contains("ipv4/conf/lan0/forwarding is not 1") && refused.error.contains("lxc.net.0.l2proxy"), "\(refused)")
            try Self.sysctl(net, "ipv4/conf/lan0/forwarding", "1")
            try net.start(name)
            #expect(try net.ip("neigh show proxy").contains("10.4.0.99 dev lan0"))
            #expect(try net.reaches("10.4.0.99", from: neighbour))
            try net.stop(name)
            #expect(try !net.ip("neigh show proxy").contains("10.4.0.99"))
        }
    }

    private static func sysctl(_ net: NetworkScene, _ name: String, _ value: String) throws {
        try NetworkScene.mustSucceed(net.run("/bin/sh", ["-c", "echo \(value) > /proc/sys/net/\(name)"]))
    }

    @Test func bridgePortsGetTheirVLANs() throws {
        try withNetwork { net in
            try net.bridge("vbr0")
            let name = try net.container(
                "vlans",
                [
                    "lxc.net.0.type = veth", "lxc.net.0.link = vbr0", "lxc.net.0.veth.pair = vp0", "lxc.net.0.veth.vlan.id = 5",
                    "lxc.net.0.veth.vlan.tagged.id = 7", "lxc.net.0.veth.vlan.tagged.id = 9", "lxc.net.1.type = veth",
                    "lxc.net.1.link = vbr0",
                    "lxc.net.1.veth.pair = vp1", "lxc.net.1.veth.vlan.id = none",
                ])
            let refused = try net.lxc("start", "-n", name)
            #expect(refused.error.contains("does not filter VLANs") && refused.error.contains("lxc.net.0.veth.vlan.id"), "\(refused)")
            // This machine's kernel filters no VLANs; the requests are tested as bytes then, in MessageTests.
            guard try net.run("/usr/sbin/ip", ["link", "set", "vbr0", "type", "bridge", "vlan_filtering", "1"]).code == 0 else { return }
            try net.start(name)
            let ports = try NetworkScene.mustSucceed(net.run("/usr/sbin/bridge", ["-c=never", "vlan", "show", "dev", "vp0"])).output
            let words = ports.split(separator: "\n").dropFirst().map {
                $0.split(separator: " ").filter { $0 != "vp0" }.joined(separator: " ")
            }
            #expect(words == ["5 PVID Egress Untagged", "7", "9"], "\(ports)")
            let none = try NetworkScene.mustSucceed(net.run("/usr/sbin/bridge", ["vlan", "show", "dev", "vp1"])).output
            #expect(!none.contains("PVID"), "\(none)")
        }
    }

    @Test func aMappedContainerHasItsDevicesToo() throws {
        try withNetwork { net in
            try net.bridge("br0", "10.9.0.1/24")
            let name = try net.fixture.mapped(
                "mapped",
                config: ["lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.flags = up", "lxc.net.0.ipv4.address = 10.9.0.2/24"])
            try net.start(name)
            #expect(try net.reaches("10.9.0.2"))
            #expect(try net.inside(name, "ip addr add 10.9.0.3/24 dev eth0; ip -o addr").contains("10.9.0.3/24"))
        }
    }

    /// Hooks inside and sysctls see the devices ready.
    @Test func whatRunsBeforeInitSeesTheNetwork() throws {
        try withNetwork { net in
            try net.bridge("br0")
            let seen = net.fixture.lxcpath + "/seen"
            let name = try net.container(
                "early",
                [
                    "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.flags = up", "lxc.net.0.ipv4.address = 10.9.0.2/24",
                    "lxc.hook.pre-mount = /usr/sbin/ip -o addr > \(seen) #", "lxc.sysctl.net.ipv4.conf.eth0.forwarding = 1",
                ])
            try net.start(name)
            #expect(try WholeFile.text(seen).contains("eth0    inet 10.9.0.2/24"))
            #expect(try net.inside(name, "cat /proc/sys/net/ipv4/conf/eth0/forwarding") == "1\n")
        }
    }

    @Test func aRebootMakesTheDevicesAnew() throws {
        try withNetwork { net in
            try net.bridge("br0")
            try net.ip("tuntap add dev hard0 mode tap")
            let name = try net.container(
                "reboots",
                [
                    "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.veth.pair = vfixed", "lxc.net.1.type = phys",
                    "lxc.net.1.link = hard0",
                ])
            try net.start(name)
            let first = try #require(try net.process("init", of: name))
            _ = try net.lxc("attach", "-n", name, "--", "/bin/sh", "-c", "kill -HUP 1; reboot -f")
            #expect(try net.fixture.eventually { try net.process("init", of: name).map { $0 != first } ?? false })
            #expect(try net.fixture.eventually { try net.lxc("info", "-n", name, "-sH").output == "RUNNING\n" })
            #expect(try net.inside(name, "ip -o link").contains(" hard0:"))
            #expect(try net.links().contains("vfixed"))
            try net.stop(name)
            #expect(try net.links().contains("hard0"))
        }
    }
}
