// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-net on a machine of its own: a network namespace.
@Suite(
    .needsRoot, .needsProgram("/usr/sbin/dnsmasq", package: "dnsmasq-base"), .needsProgram("/usr/sbin/nft", package: "nftables"),
    .needsProgram("/usr/sbin/ip", package: "iproute2"))
struct HostNetworkTests {
    private static let ipv6 = "LXC_IPV6_ADDR=fd00:3::1\nLXC_IPV6_NAT=true\n"

    @Test func aContainerGetsAnAddressAndNames() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            #expect(try network.net("start").code == 0)
            #expect(try network.addresses("lxcbr0") == ["10.0.3.1/24"])
            #expect(try network.succeed("/usr/sbin/ip", "-o", "link", "show", "lxcbr0").contains("00:16:3e:00:00:00"))
            let client = try network.client()
            let address = try client.takeLease(hostName: "web")
            #expect(address.hasPrefix("10.0.3.") && address != "10.0.3.1")
            let answer = try client.succeed("/bin/busybox", "nslookup", "web.\(fixture.tag)", "10.0.3.1")
            #expect(answer.contains("Address") && answer.contains(address))
            #expect(try network.succeed("/bin/cat", "/proc/sys/net/ipv4/ip_forward") == "1\n")
        }
    }

    /// Two machines and a container: what the far machine sees is the near one's address.
    @Test func theWorldSeesTheHostsAddress() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            #expect(try network.net("start").code == 0)
            let client = try network.client()
            _ = try client.takeLease(hostName: "web")
            try client.succeed("/usr/sbin/ip", "route", "add", "default", "via", "10.0.3.1")
            let far = try fixture.background("/usr/bin/unshare", ["--net", "/bin/sh", "-c", "echo ready; exec sleep 1000"])
            let world = PrivateNetwork.Client(fixture: fixture, keeper: far)
            try network.succeed("/usr/sbin/ip", "link", "add", "up0", "type", "veth", "peer", "name", "eth0", "netns", String(far.pid))
            try network.succeed("/usr/sbin/ip", "addr", "add", "198.51.100.1/24", "dev", "up0")
            try network.succeed("/usr/sbin/ip", "link", "set", "up0", "up")
            try world.succeed("/usr/sbin/ip", "addr", "add", "198.51.100.2/24", "dev", "eth0")
            try world.succeed("/usr/sbin/ip", "link", "set", "eth0", "up")
            // The far machine has no way back to 10.0.3.0/24: an answer comes only if the address was translated.
            try client.succeed("/bin/busybox", "ping", "-c", "1", "-W", "5", "198.51.100.2")
        }
    }

    @Test func startIsSaidToBeDoneAndStopRemovesEverything() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture, Self.ipv6)
            #expect(try network.net("stop").output == "lxc-net isn't running\n")
            #expect(try network.net("status").code == 3)
            #expect(try network.net("start").code == 0)
            #expect(try network.addresses("lxcbr0") == ["10.0.3.1/24", "fd00:3::1/64"])
            let again = try network.net("start")
            #expect(again.output == "lxc-net is already running\n" && again.code == 1)
            let status = try network.net("status")
            #expect(status.code == 0 && status.lines.first == "lxc-net is running")
            #expect(status.lines.dropFirst().first == "bridge:    lxcbr0, up, 0 interfaces")
            let tables = try network.succeed("/usr/sbin/nft", "list", "tables")
            #expect(tables.contains("table inet lxc") && tables.contains("table ip lxc") && tables.contains("table ip6 lxc"))
            let process = try #require(network.dnsmasq().first)
            #expect(
                try network.net("status", "--format", "json").output
                    == """
                    {"schema":1,"state":"running","bridge":"lxcbr0","up":true,"interfaces":[],"addresses":["10.0.3.1/24","fd00:3::1/64"],\
                    "dnsmasq":\(process),"nat":true,"filter":"nft"}

                    """)
            #expect(try network.net("stop").code == 0)
            #expect(try network.residue() == [])
            #expect(try network.net("stop").code == 1)
        }
    }

    @Test(arguments: ["restart", "reload", "force-reload"]) func restartTakesOverNewSettings(verb: String) throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture, "LXC_BRIDGE=oldbr0\n")
            #expect(try network.net("start").code == 0)
            try network.write("LXC_ADDR=10.0.77.1\n")
            #expect(try network.net(verb).code == 0)
            #expect(try network.addresses("lxcbr0") == ["10.0.77.1/24"])
            #expect(try network.addresses("oldbr0") == [])
            #expect(network.dnsmasq().count == 1)
            #expect(try network.succeed("/usr/sbin/nft", "list", "table", "ip", "lxc").contains("ip saddr 10.0.77.0/24"))
        }
    }

    @Test func theBridgeStaysWhileContainersUseIt() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            #expect(try network.net("start").code == 0)
            _ = try network.client()
            let stop = try network.net("stop")
            #expect(stop.code == 0)
            #expect(
                stop.error == "lxc-net: the bridge stays, containers are connected to it (port0); force-stop removes it\n")
            #expect(try network.succeed("/usr/sbin/ip", "-o", "link", "show", "master", "lxcbr0").contains("port0"))
            #expect(network.dnsmasq().isEmpty)
            #expect(try network.addresses("lxcbr0") == [])
            #expect(try network.net("start").code == 0)
            #expect(try network.addresses("lxcbr0") == ["10.0.3.1/24"])
            #expect(try network.net("force-stop").code == 0)
            #expect(try network.run("/usr/sbin/ip", "link", "show", "lxcbr0").code != 0)
        }
    }

    @Test func withoutABridgeNothingHappens() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture, "USE_LXC_BRIDGE=false\n")
            for verb in ["start", "stop", "restart"] { #expect(try network.net(verb).code == 0) }
            #expect(try network.residue() == [])
            #expect(try network.net("nonsense").code == 2)
            #expect(try network.net().output == "Usage: lxc-net {start|stop|restart|reload|force-reload|force-stop|status}\n")
        }
    }

    @Test(.needsProgram("/usr/sbin/iptables", package: "iptables"), arguments: [false, true])
    func iptablesDoesWhatNFTCannot(hidesNFT: Bool) throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture, Self.ipv6 + (hidesNFT ? "" : "LXC_USE_NFT=false\n"))
            if hidesNFT { try network.succeed("/bin/mount", "--bind", "/dev/null", "/usr/sbin/nft") }
            #expect(try network.net("start").code == 0)
            #expect(try network.net("status").lines.last == "NAT:       on (iptables)")
            let masquerade = "-A POSTROUTING -s 10.0.3.0/24 ! -d 10.0.3.0/24 -j MASQUERADE"
            #expect(try network.succeed("/usr/sbin/iptables", "-t", "nat", "-S").contains(masquerade))
            #expect(try network.succeed("/usr/sbin/iptables", "-S").contains("-A FORWARD -o lxcbr0 -j ACCEPT"))
            #expect(try network.succeed("/usr/sbin/ip6tables", "-t", "nat", "-S").contains("-s fd00:3::/64 ! -d fd00:3::/64 -j MASQUERADE"))
            #expect(try network.net("start").code == 1)
            #expect(try network.net("stop").code == 0)
            for table in ["filter", "nat", "mangle"] {
                #expect(try !network.succeed("/usr/sbin/iptables", "-t", table, "-S").contains("-j "))
            }
            #expect(try !network.succeed("/usr/sbin/ip6tables", "-t", "nat", "-S").contains("-j "))
        }
    }

    @Test func aHostThatListensToRoutersGoesOnDoingSo() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture, "LXC_IPV6_ADDR=fd00:3::1\n")
            try network.succeed("/usr/sbin/ip", "link", "add", "up0", "type", "bridge")
            #expect(try network.succeed("/bin/cat", "/proc/sys/net/ipv6/conf/up0/accept_ra") == "1\n")
            #expect(try network.net("start").code == 0)
            #expect(try network.succeed("/bin/cat", "/proc/sys/net/ipv6/conf/up0/accept_ra") == "2\n")
            #expect(try network.succeed("/bin/cat", "/proc/sys/net/ipv6/conf/all/forwarding") == "1\n")
            #expect(try network.succeed("/bin/cat", "/proc/sys/net/ipv6/conf/lxcbr0/accept_ra") == "0\n")
        }
    }

    /// Debian's script and ours on the same files: each stops what the other started.
    @Test(.needsPeerLXC, .needsProgram("/usr/libexec/lxc/lxc-net", package: "lxc")) func theOriginalAndOursStopEachOther() throws {
        try withContainers { fixture in
            // Ours as it is when it is installed in /usr.
            let ours = fixture.lxcpath + "/lxc-net"
            let stamped = try ToolRunner.run(
                TestInstallation.checkout + "/scripts/lib/stamp-paths.sh",
                [
                    fixture.installation.bin + "/lxc", ours, "/usr/bin", "/usr/sbin", "/usr/libexec", "/usr/lib", "/usr/share", "/etc",
                    "/var", "/run",
                ])
            try #require(stamped.code == 0, "\(stamped)")
            let network = try PrivateNetwork(fixture, etc: "/etc", run: "/run/lxc", leases: "/var/lib/misc", program: ours)
            let original = "/usr/libexec/lxc/lxc-net"
            for _ in 0..<2 {
                #expect(try network.net("start").code == 0)
                #expect(try network.run(original, "start").output == "lxc-net is already running\n")
                #expect(try network.run(original, "stop").code == 0)
                // The original does not know what we wrote down.
                #expect(try network.residue() == ["/run/lxc/lxc-net.record"])
                #expect(network.dnsmasq().isEmpty)
                #expect(try network.run(original, "start").code == 0)
                #expect(try network.net("start").output == "lxc-net is already running\n")
                #expect(try network.net("status").code == 0)
                #expect(try network.net("stop").code == 0)
                #expect(try network.residue() == [])
            }
        }
    }
}
