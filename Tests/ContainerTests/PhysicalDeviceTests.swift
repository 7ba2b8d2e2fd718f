// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// A device of the host comes back from a container with everything it had, however the container ends. Taps stand in for hardware;
/// they are harder: the kernel gives hardware back when a namespace goes, and destroys a tap.
@Suite(.needsRoot) struct PhysicalDeviceTests {
    enum End: String, CaseIterable, Sendable {
        case stop, renamedInside, killed, killedThenList, killedThenDestroy, failedStart, failedScript
    }

    private static let config = [
        "lxc.net.0.type = phys", "lxc.net.0.link = hard0", "lxc.net.0.name = eth1", "lxc.net.0.flags = up",
        "lxc.net.0.hwaddr = 00:16:3e:c6:0e:04", "lxc.net.0.mtu = 1300", "lxc.net.0.ipv4.address = 10.3.0.7/24",
    ]

    @Test(arguments: End.allCases) func itComesBack(end: End) throws {
        try withNetwork { net in
            try net.ip("tuntap add dev hard0 mode tap")
            try net.ip("link property add dev hard0 altname a-long-name-of-the-first-card altname spare")
            try net.ip("link set hard0 mtu 1400 up")
            try net.ip("addr add 10.2.0.9/24 dev hard0")
            let before = try Self.look(net)
            let name = try net.container("takes", Self.config)
            try run(end, net, name)
            #expect(try Self.look(net) == before)
            #expect(try !WholeFile.text("/proc/self/mounts").contains("\(name).netns"))
            if end != .killedThenDestroy {
                if end == .failedStart || end == .failedScript { return }
                try net.start(name)
                #expect(try net.inside(name, "ip -o addr show eth1").contains("10.3.0.7/24"))
                try net.stop(name)
                #expect(try Self.look(net) == before)
            }
        }
    }

    private func run(_ end: End, _ net: NetworkScene, _ name: String) throws {
        switch end {
        case .failedStart: try net.fixture.append(name, ["lxc.init.cmd = /no/init"])
        case .failedScript: try net.fixture.append(name, ["lxc.net.0.script.up = /bin/false"])
        default: break
        }
        guard end != .failedStart && end != .failedScript else {
            #expect(try net.lxc("start", "-n", name).code == 1)
            return
        }
        try net.start(name)
        let inside = try net.inside(name, "ip -o link show eth1")
        #expect(inside.contains("mtu 1300") && inside.contains("00:16:3e:c6:0e:04"), "\(inside)")
        #expect(try !net.links().contains("hard0"))
        if end == .renamedInside { _ = try net.inside(name, "ip link set eth1 down; ip link set eth1 name mine") }
        guard [.killed, .killedThenList, .killedThenDestroy].contains(end) else { return try net.stop(name) }
        try net.killAll(of: name)
        switch end {
        case .killedThenList: try NetworkScene.mustSucceed(net.lxc("ls", "-f"))
        case .killedThenDestroy: try NetworkScene.mustSucceed(net.lxc("destroy", "-n", name))
        default: _ = try net.lxc("info", "-n", name)
        }
    }

    /// Everything about the device that a container could change, numbers left out.
    private static func look(_ net: NetworkScene) throws -> String {
        try net.ip("addr show dev hard0").split(separator: "\n").filter { !$0.contains("inet6 fe80") && !$0.contains("valid_lft") }.map {
            line in
            line.split(separator: " ").filter { !$0.hasSuffix(":") || $0 == "hard0:" }.joined(separator: " ")
        }.joined(separator: "\n")
    }

    @Test("S1.48: tap0 goes in as eth0, with the address of the historic lines") func theSeedsTap() throws {
        try withNetwork { net in
            try net.ip("tuntap add dev tap0 mode tap")
            let name = try net.container(
                "p1",
                [
                    "lxc.network.type = phys", "lxc.network.hwaddr = 00:16:3e:c6:0e:04", "lxc.network.flags = up",
                    "lxc.network.link = tap0", "lxc.network.name = eth0",
                ])
            try net.start(name)
            let inside = try net.inside(name, "ip -o link show eth0")
            #expect(inside.contains("link/ether 00:16:3e:c6:0e:04") && inside.contains(",UP"), "\(inside)")
            #expect(try !net.links().contains("tap0"))
            try net.stop(name)
            #expect(try net.links() == ["lo", "tap0"])
        }
    }

    @Test func aPrefixFindsADevice() throws {
        try withNetwork { net in
            try net.ip("tuntap add dev wan7 mode tap")
            let name = try net.container("prefix", ["lxc.net.0.type = phys", "lxc.net.0.link = wan+"])
            try net.start(name)
            #expect(try net.inside(name, "ip -o link").contains(" wan7:"))
            try net.stop(name)
            #expect(try net.links() == ["lo", "wan7"])
        }
    }

    /// The name was taken meanwhile: the device is not lost.
    @Test(arguments: [nil, "eth1"]) func aTakenNameDoesNotLoseTheDevice(inside: String?) throws {
        try withNetwork { net in
            try net.ip("tuntap add dev hard0 mode tap")
            let config = ["lxc.net.0.type = phys", "lxc.net.0.link = hard0"] + (inside.map { ["lxc.net.0.name = \($0)"] } ?? [])
            let name = try net.container("taken", config)
            try net.start(name)
            try net.bridge("hard0")
            try net.stop(name)
            let links = try net.links()
            #expect(links.count == 3 && links.contains { $0.hasPrefix("hard0-") }, "\(links)")
        }
    }

    @Test func twoDevicesByOnePrefixAreTwo() throws {
        try withNetwork { net in
            for name in ["wan7", "wan8"] { try net.ip("tuntap add dev \(name) mode tap") }
            let name = try net.container(
                "two", (0...1).flatMap { ["lxc.net.\($0).type = phys", "lxc.net.\($0).link = wan+", "lxc.net.\($0).name = in\($0)"] })
            try net.start(name)
            #expect(try net.links() == ["lo"])
            try net.stop(name)
            #expect(try net.links() == ["lo", "wan7", "wan8"])
        }
    }
}
