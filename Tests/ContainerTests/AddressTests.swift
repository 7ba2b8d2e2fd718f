// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Addresses, interfaces and counters that the tools show, beside Debian's tools on the same container.
@Suite(.needsRoot) struct AddressTests {
    private static let veth = [
        "lxc.net.0.type = veth", "lxc.net.0.flags = up", "lxc.net.0.veth.pair = first0", "lxc.net.0.ipv4.address = 10.213.7.9/24",
        "lxc.net.0.ipv6.address = fd00:213::9/64",
    ]

    /// What one finds in real containers: second addresses, the other end of a tunnel, aliases, an address that two devices have.
    private static let more = [
        "10.9.0.1/24", "10.9.0.2/24", "10.10.0.1/24", "10.99.0.1 peer 10.99.0.2", "127.3.0.1/8", "169.254.9.9/16", "10.213.7.9/24",
        "10.50.0.1/24 label tq0:1", "fd00::5 peer fd00::6 nodad", "fe80::77/64 nodad", "fec0::3/64 nodad", "::ffff:1.2.3.4/128 nodad",
        "2001:db8:0:0:1:0:0:1/64 nodad",
    ]

    private func tools(_ net: NetworkScene, _ words: [String]) throws -> (ours: ToolResult, theirs: ToolResult) {
        let arguments = ["-P", net.fixture.lxcpath] + words.dropFirst()
        return (
            try net.run(net.fixture.installation.bin + "/lxc-" + words[0], arguments), try net.run("/usr/bin/lxc-" + words[0], arguments)
        )
    }

    @Test("S1.09: addresses are shown as Debian's tools do", .needsPeerLXC) func addressesAreShownAsDebiansToolsDo() throws {
        try withNetwork { net in
            let name = try net.container("many", Self.veth)
            try net.start(name)
            let inside = try "nsenter --net=/proc/\(net.process("init", of: name) ?? 0)/ns/net /usr/sbin/ip ".split(separator: " ").map(
                String.init)
            try net.ip("tuntap add dev tq0 mode tap")
            try net.ip("link set tq0 netns \(net.process("init", of: name) ?? 0)")
            for line in Self.more.map({ "addr add \($0) dev tq0" }) + [
                "addr add 192.0.2.7/32 dev lo", "addr add 192.0.2.8/32 dev lo label lo:1",
            ] {
                let words = Array(inside.dropFirst()) + line.split(separator: " ").map(String.init)
                #expect(try net.fixture.run("/usr/bin/nsenter", words).code == 0, "\(line)")
            }
            for words in [
                ["info", "-n", name, "-i"], ["info", "-n", name, "-iH"], ["ls", "-f"], ["ls", "-f", "-F", "name,interface,ipv4,ipv6"],
                ["ls", "-f", "-F", "name,ipv6"], ["ls", "-f", "-F", "interface"],
            ] {
                let (ours, theirs) = try tools(net, words)
                #expect(ours.output == theirs.output && ours.code == theirs.code, "\(words)")
            }
            let addresses = try net.lxc("info", "-n", name, "-iH").lines
            #expect(addresses.contains("192.0.2.8") && addresses.contains("fd00::5"))
            #expect(!addresses.contains { $0.hasPrefix("fe80") || $0 == "192.0.2.7" || $0 == "127.0.0.1" })
        }
    }

    @Test(.needsPeerLXC) func aContainerWithTheHostsNetworkShowsTheHosts() throws {
        try withNetwork { net in
            try net.bridge("brone", "10.1.1.1/24")
            let name = try net.container("shares", ["lxc.net.0.type = none"])
            try net.start(name)
            #expect(try net.lxc("info", "-n", name, "-iH").lines == ["10.1.1.1"])
            let (ours, theirs) = try tools(net, ["ls", "-f", "-F", "name,interface,ipv4,ipv6"])
            #expect(ours.output == theirs.output)
        }
    }

    /// What the host's end received, the container sent.
    @Test func countersAreTheContainers() throws {
        try withNetwork { net in
            let name = try net.container("counts", Self.veth)
            try net.start(name)
            try net.ip("addr add 10.213.7.1/24 dev first0")
            #expect(try net.reaches("10.213.7.9"))
            // To an address that nobody has: these go in, and nothing comes out.
            try net.ip("neigh add 10.213.7.200 lladdr 00:16:3e:00:00:01 dev first0")
            _ = try net.run("/bin/busybox", ["ping", "-c", "3", "-s", "1400", "-W", "1", "10.213.7.200"])
            let numbers = try counters(net, name)
            let link = numbers["first0"]
            let sent = try #require(link?["TX"])
            let received = try #require(link?["RX"])
            #expect(received > sent + 3000, "\(numbers)")
            #expect(link?["Total"] == sent + received)
        }
    }

    /// The device of the host below a macvlan has everybody's traffic, and one that went into the container is not there any more.
    @Test func devicesWithoutAHostEndAreCountedInside() throws {
        try withNetwork { net in
            try net.ip("link add under0 type veth peer name wire0")
            for device in ["under0", "wire0"] { try net.ip("link set \(device) up") }
            try net.ip("tuntap add dev gone0 mode tap")
            let name = try net.container(
                "stacked",
                [
                    "lxc.net.1.type = macvlan", "lxc.net.1.link = under0", "lxc.net.1.name = quiet0", "lxc.net.3.type = phys",
                    "lxc.net.3.link = gone0", "lxc.net.4.type = empty",
                ])
            try net.start(name)
            // The host's own broadcasts on the device below are none of the container's, whose device is down.
            try net.ip("addr add 10.77.0.1/24 dev under0")
            _ = try net.run("/bin/busybox", ["ping", "-c", "1", "-W", "1", "10.77.0.9"])
            #expect(try !net.ip("-s -j link show dev under0").contains("\"tx\":{\"bytes\":0"))
            let found = try counters(net, name)
            #expect(found["under0"] == ["TX": 0, "RX": 0, "Total": 0])
            #expect(found["gone0"] == ["TX": 0, "RX": 0, "Total": 0])
        }
    }

    /// Link names with what `lxc-info -SH` says of each.
    private func counters(_ net: NetworkScene, _ name: String) throws -> [String: [String: Int]] {
        var result: [String: [String: Int]] = [:]
        var link = ""
        for line in try net.lxc("info", "-n", name, "-SH").lines {
            let words = line.split(separator: " ").map(String.init)
            if words.first == "Link:" {
                link = words.last ?? ""
                result[link] = [:]
            } else if words.count == 3, words[1] == "bytes:", let number = Int(words[2]) {
                result[link]?[words[0]] = number
            }
        }
        return result
    }

    @Test func severalAddressesStandBeforeTheContainersInside() throws {
        try withNetwork { net in
            let name = try net.container(
                "outer", Self.veth + ["lxc.net.1.type = veth", "lxc.net.1.flags = up", "lxc.net.1.ipv4.address = 10.0.4.1/24"])
            try net.fixture.write(net.fixture.rootfs(name) + "/var/lib/lxc/inner/config", "")
            try net.start(name)
            let listing = try net.lxc("ls", "--nesting", "-f", "-F", "name,state,ipv4,ipv6").lines
            #expect(listing.count == 3)
            #expect(listing.dropFirst().first?.contains(" RUNNING 10.0.4.1, 10.213.7.9 fd00:213::9") == true, "\(listing)")
            #expect(listing.last?.hasPrefix("\\inner") == true)
        }
    }

    @Test func aContainerWithUsersOfItsOwnShowsItsAddresses() throws {
        try withNetwork { net in
            let name = try net.fixture.mapped(
                "ids",
                config: ["lxc.net.1.type = veth", "lxc.net.1.flags = up", "lxc.net.1.ipv4.address = 10.5.0.2/24"])
            try net.start(name)
            #expect(try net.lxc("info", "-n", name, "-iH").lines == ["10.5.0.2"])
            #expect(try net.lxc("ls", "-f", "-F", "ipv4,interface").lines.last?.split(separator: " ") == ["10.5.0.2", "eth0,", "lo"])
        }
    }

    /// A user may ask about a container that is not his, and gets no answer.
    @Test func somebodyElsesNetworkIsNotShown() throws {
        try withNetwork { net in
            let name = try net.container("others", Self.veth)
            try net.start(name)
            for folder in [net.fixture.lxcpath, net.fixture.folder(name)] { try HostPath.changePermissions(folder, to: 0o755) }
            let result = try net.run(
                "/usr/bin/setpriv",
                [
                    "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/env", "HOME=/", net.fixture.installation.bin + "/lxc-ls",
                    "-P", net.fixture.lxcpath,
                    "-f", "-F", "name,ipv4,ipv6,interface",
                ])
            #expect(result.code == 0, "\(result)")
            #expect(result.lines.last?.split(separator: " ").map(String.init) == [name, "-", "-", "-"])
        }
    }

    @Test func programsCanBeRunInTheNetworkAlone() throws {
        try withNetwork { net in
            let name = try net.container("partly", Self.veth)
            try net.start(name)
            for namespaces in [["-s", "NETWORK"], ["-e", "-s", "NETWORK|UTSNAME"]] {
                let result = try net.run(
                    net.fixture.installation.bin + "/lxc-attach",
                    ["-P", net.fixture.lxcpath, "-n", name] + namespaces + ["--", "/usr/sbin/ip", "-o", "addr"])
                #expect(result.code == 0 && result.output.contains("eth0") && result.output.contains("10.213.7.9"), "\(result)")
                #expect(!result.output.contains("first0"))
            }
        }
    }
}
