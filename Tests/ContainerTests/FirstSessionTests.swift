// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// The first lines of the seed, with the bridge of lxc-net: a container has an address as soon as it runs.
@Suite(
    .needsRoot, .needsProgram("/usr/sbin/dnsmasq", package: "dnsmasq-base"), .needsProgram("/usr/sbin/nft", package: "nftables"))
struct FirstSessionTests {
    @Test("S1.10 S1.27: containers get addresses, reach each other and the world, and are reached by them")
    func containersGetAddressesReachEachOtherAndTheWorld() throws {
        try withContainers { fixture in
            let network = try PrivateNetwork(fixture)
            #expect(try network.net("start").code == 0)
            let net = NetworkScene(fixture, of: network.keeper.pid)
            // What the shipped default.conf says.
            let lines = [
                "lxc.net.0.type = veth", "lxc.net.0.link = lxcbr0", "lxc.net.0.flags = up", "lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx",
            ]
            let names = [try net.container("p1", lines), try net.container("p2", lines)]
            for name in names { try net.start(name) }
            var addresses: [String] = []
            let haveAddresses = try fixture.eventually(seconds: 20) {
                addresses = try names.map { try net.lxc("info", "-n", $0, "-iH").lines.first ?? "" }
                return addresses.allSatisfy { $0.hasPrefix("10.0.3.") }
            }
            #expect(haveAddresses && addresses[0] != addresses[1], "\(addresses)")
            let rows = try net.lxc("ls", "-f").lines
            for (name, address) in zip(names, addresses) {
                #expect(rows.contains { $0.hasPrefix(name) && $0.contains(" \(address) ") }, "\(rows)")
            }
            #expect(try net.reaches(addresses[0]))
            #expect(try net.reaches(addresses[0], from: names[1]))
            // A machine that knows no way to 10.0.3.0/24: it answers only if the host's own address asks.
            let far = try fixture.background("/usr/bin/unshare", ["--net", "/bin/sh", "-c", "echo ready; exec sleep 1000"])
            let world = NetworkScene(fixture, of: far.pid)
            try net.ip("link add up0 type veth peer name eth0 netns \(far.pid)")
            try net.ip("addr add 198.51.100.1/24 dev up0")
            try net.ip("link set up0 up")
            try world.ip("addr add 198.51.100.2/24 dev eth0")
            try world.ip("link set eth0 up")
            #expect(try net.reaches("198.51.100.2", from: names[0]))
            for name in names { try net.stop(name) }
        }
    }
}
