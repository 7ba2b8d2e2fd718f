// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-net when somebody is in the way, something is missing, or it is killed.
@Suite(
    .needsRoot, .needsProgram("/usr/sbin/dnsmasq", package: "dnsmasq-base"), .needsProgram("/usr/sbin/nft", package: "nftables"),
    .needsProgram("/usr/sbin/ip", package: "iproute2"))
struct HostNetworkTroubleTests {
    // MARK: Somebody is in the way

    static let servers: [(python: String, port: String)] = [
        ("socket.SOCK_DGRAM); s.bind(('0.0.0.0', 53)", "UDP port 53 (DNS) of 10.0.3.1"),
        ("socket.SOCK_STREAM); s.bind(('0.0.0.0', 53)); s.listen(", "TCP port 53 (DNS) of 10.0.3.1"),
        ("socket.SOCK_DGRAM); s.bind(('0.0.0.0', 67)", "UDP port 67 (DHCP)"),
    ]

    @Test(.needsProgram("/usr/bin/python3", package: "python3"), arguments: servers)
    func whoHasThePortIsNamed(_ server: (python: String, port: String)) throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            let script =
                "import socket, time; s = socket.socket(socket.AF_INET, \(server.python)); print('ready', flush=True); time.sleep(1000)"
            let holder = try network.background("/usr/bin/python3", "-c", script)
            let start = try network.net("start")
            #expect(start.code == 1)
            #expect(
                start.error.hasPrefix(
                    "lxc-net: cannot serve DHCP and DNS on lxcbr0: \(server.port) is taken by process \(holder.pid) (/usr/bin/python3 -c"),
                "\(start)")
            #expect(start.error.split(separator: "\n").count == 2)
            #expect(try network.residue() == [])
            try holder.stop()
            #expect(try network.net("start").code == 0)
        }
    }

    /// Whoever has a name server of their own leaves DNS to it.
    @Test(.needsProgram("/usr/bin/python3", package: "python3")) func dnsmasqsOwnFileDecidesWhichPortsItNeeds() throws {
        try withContainers { fixture in
            let file = fixture.lxcpath + "/dnsmasq.conf"
            try fixture.write(file, "port=0\n")
            let network = try PrivateNetwork(fixture, "LXC_DHCP_CONFILE=\(file)\n")
            let script = "import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 53));"
            let holder = try network.background("/usr/bin/python3", "-c", script + "print('ready', flush=True); time.sleep(1000)")
            #expect(try network.net("start").code == 0)
            #expect(try network.net("stop").code == 0)
            try fixture.write(file, "\n")
            let start = try network.net("start")
            #expect(start.error.contains("is taken by process \(holder.pid) ("), "\(start)")
            #expect(try network.residue() == [])
        }
    }

    /// libvirt's dnsmasq, for example, has port 67 on every host of virtual machines.
    @Test func aServerOfAnotherBridgeIsNotInTheWay() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            try network.succeed("/usr/sbin/ip", "link", "add", "virbr0", "type", "bridge")
            try network.succeed("/usr/sbin/ip", "addr", "add", "192.168.122.1/24", "dev", "virbr0")
            try network.succeed("/usr/sbin/ip", "link", "set", "virbr0", "up")
            let pidFile = fixture.lxcpath + "/other.pid"
            try network.succeed(
                "/usr/sbin/dnsmasq", "--conf-file=/dev/null", "--pid-file=" + pidFile, "--interface=virbr0", "--bind-interfaces",
                "--except-interface=lo", "--dhcp-range=192.168.122.2,192.168.122.254",
                "--dhcp-leasefile=\(fixture.lxcpath)/other.leases", "--user=root")
            let other = try #require(Int32(WholeFile.text(pidFile).split(separator: "\n").first ?? ""))
            fixture.atEnd("the other dnsmasq") { try fixture.kill(other) }
            #expect(try network.net("start").code == 0)
            #expect(try network.net("stop").code == 0)
            #expect(try FileStatus.ifPresent("/proc/\(other)") != nil)
        }
    }

    @Test func whoHasTheNetworkIsNamed() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            try network.succeed("/usr/sbin/ip", "link", "add", "lan0", "type", "bridge")
            try network.succeed("/usr/sbin/ip", "addr", "add", "10.0.3.77/16", "dev", "lan0")
            let start = try network.net("start")
            #expect(start.code == 1)
            #expect(
                start.error == """
                    lxc-net: cannot give 10.0.3.1/24 to lxcbr0: lan0 has 10.0.3.77/16 already, which overlaps with 10.0.3.0/24
                      choose a network that nobody has in default/lxc-net, for example LXC_ADDR="10.0.4.1"

                    """)
            try network.write("LXC_ADDR=10.0.3.1\n")
            #expect(try network.net("start").error.contains("  asked for by LXC_ADDR at "))
            try network.write("LXC_ADDR=10.99.4.1\n")
            #expect(try network.net("start").code == 0)
        }
    }

    @Test func aDeviceThatIsNoBridgeIsLeftAlone() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            try network.succeed("/usr/sbin/ip", "link", "add", "lxcbr0", "type", "veth")
            #expect(
                try network.net("start").error == """
                    lxc-net: cannot use lxcbr0 as a bridge: it is a device of type veth
                      set LXC_BRIDGE in default/lxc-net to a name that is free, such as lxcbr0

                    """)
            _ = try network.net("force-stop")
            #expect(try network.run("/usr/sbin/ip", "link", "show", "lxcbr0").code == 0)
        }
    }

    @Test func aBridgeOfTheAdministratorKeepsItsAddressesAndStays() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture, "LXC_BRIDGE=br0\n")
            try network.succeed("/usr/sbin/ip", "link", "add", "br0", "type", "bridge")
            try network.succeed("/usr/sbin/ip", "addr", "add", "192.0.2.9/24", "dev", "br0")
            #expect(try network.net("start").code == 0)
            #expect(try network.addresses("br0") == ["192.0.2.9/24", "10.0.3.1/24"])
            #expect(try network.net("stop").code == 0)
            #expect(try network.addresses("br0") == ["192.0.2.9/24"])
            #expect(try network.net("force-stop").code == 0)
            #expect(try network.addresses("br0") == ["192.0.2.9/24"])
        }
    }

    // MARK: Something is wrong or missing

    @Test func aFailingStepUndoesThoseBeforeIt() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture, "LXC_DHCP_CONFILE=/nowhere/dnsmasq.conf\n")
            let start = try network.net("start")
            #expect(start.code == 1)
            #expect(start.error.hasPrefix("lxc-net: cannot serve DHCP and DNS on lxcbr0: dnsmasq: "), "\(start)")
            #expect(start.error.contains("/nowhere/dnsmasq.conf"))
            #expect(try network.residue() == [])
        }
    }

    @Test func whatIsNotInstalledIsAskedForByItsPackage() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            try network.succeed("/bin/mount", "--bind", "/dev/null", "/usr/sbin/dnsmasq")
            #expect(try network.net("start").error.hasSuffix("  install the package dnsmasq-base\n"))
            #expect(try network.residue() == [])
        }
    }

    @Test func aWrongLineIsNamed() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture, "LXC_ADDR=$(hostname)\n")
            let start = try network.net("start")
            #expect(start.code == 1)
            #expect(
                start.error == """
                    lxc-net: cannot read \(fixture.installation.prefix)/etc/default/lxc-net:2: commands are not run
                      write what the command prints instead of the command

                    """)
        }
    }

    @Test func whatHasEndedIsStartedAgain() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            #expect(try network.net("start").code == 0)
            try fixture.kill(try #require(network.dnsmasq().first))
            #expect(try network.net("status").code == 1)
            #expect(try network.net("start").code == 0)
            try network.succeed("/usr/sbin/nft", "flush", "ruleset")
            #expect(try network.net("status").lines.first == "lxc-net is incomplete")
            #expect(try network.net("start").code == 0)
            #expect(try network.net("status").code == 0)
            #expect(network.dnsmasq().count == 1)
        }
    }

    @Test func aPidFileThatNamesSomebodyElseHarmsNobody() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            #expect(try network.net("start").code == 0)
            let victim = try network.background("/bin/sh", "-c", "echo ready; exec sleep 1000")
            let own = try #require(network.dnsmasq().first)
            try network.succeed("/bin/sh", "-c", "echo \(victim.pid) > \(fixture.installation.run)/dnsmasq.pid")
            #expect(try network.net("stop").code == 0)
            #expect(victim.isRunning)
            #expect(network.dnsmasq().isEmpty, "\(own) is still there")
        }
    }

    // MARK: It is killed

    /// At a hundredth, two hundredths, ... of a start: whatever was there then, the next start makes it whole, and a stop removes it.
    @Test(arguments: ["start", "stop"]) func aKilledOneIsCompletedByTheNext(verb: String) throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture, "LXC_IPV6_ADDR=fd00:3::1\nLXC_IPV6_NAT=true\n")
            let rounds = 12
            for round in 0..<rounds {
                if verb == "stop" { #expect(try network.net("start").code == 0) }
                let victim = try network.begin(verb)
                Pause.milliseconds(UInt32(round * (verb == "start" ? 12 : 8)))
                try victim.stop()
                let start = try network.net("start")
                #expect(start.code == 0 || start.output == "lxc-net is already running\n", "round \(round): \(start)")
                let status = try network.net("status")
                #expect(status.code == 0 && network.dnsmasq().count == 1, "round \(round): \(status)")
                #expect(try network.net("stop").code == 0)
                #expect(try network.residue() == [], "round \(round)")
            }
        }
    }

    @Test func manyStartsAtTheSameTimeAreOne() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            let starts = try (0..<6).map { _ in try network.begin("start") }
            let codes = try starts.map { try $0.wait(seconds: 60).shellCode }
            #expect(codes.sorted() == [0, 1, 1, 1, 1, 1])
            #expect(network.dnsmasq().count == 1)
        }
    }
}
