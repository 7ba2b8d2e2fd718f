// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Testing

@testable import LXCNetwork
@testable import Netlink

/// Who is in the way, told from what the kernel lists.
@Suite struct HostConflictTests {
    @Test func networksContainAndOverlap() throws {
        let small = try #require(IPNetwork("10.0.3.0/24"))
        let large = try #require(IPNetwork("10.0.255.255/16"))
        #expect(large.description == "10.0.0.0/16" && large.contains(small) && !small.contains(large) && small.overlaps(large))
        #expect(try !small.overlaps(#require(IPNetwork("10.0.4.0/22"))))
        #expect(try small.overlaps(#require(IPNetwork("0.0.0.0/0"))))
        #expect(try #require(IPNetwork("fd00:3::9/64")).last.description == "fd00:3::ffff:ffff:ffff:ffff")
        #expect(small.last.description == "10.0.3.255")
        for text in ["", "/", "10.0.3.0", "10.0.3.0/33", "10.0.3.0/-1", "fd00::/129", "10.0.3.0/24/1", "10.0.3.0/0024", "x/24"] {
            #expect(IPNetwork(text) == nil)
        }
    }

    @Test(arguments: [
        ("255.255.255.0", 24), ("0.0.0.0", 0), ("255.255.255.255", 32), ("255.254.0.0", 15), ("255.0.255.0", nil), ("0.0.0.1", nil),
    ])
    func masksAreLengths(mask: String, length: Int?) {
        #expect(IPAddress(ipv4: mask)?.maskLength == length)
    }

    // MARK: Networks

    private static func route(_ text: String, over gateway: [UInt8]? = nil, index: UInt32 = 2) throws -> Route {
        let network = try #require(IPNetwork(text))
        var route = Route(to: network.base.bytes, prefixLength: UInt8(network.prefixLength), index: index)
        route.gateway = gateway
        return route
    }

    private static func conflict(_ addresses: [LinkAddress], _ routes: [Route]) throws -> SubnetConflict? {
        let networks = [try #require(IPNetwork("10.0.3.0/24")), try #require(IPNetwork("fd00:3::/64"))]
        return SubnetConflict.first(of: networks, bridge: "lxcbr0", links: try links(), addresses: addresses, routes: routes)
    }

    private static func links() throws -> [Link] {
        try [(UInt8(2), "eth0"), (3, "lxcbr0")].map { index, name in
            let name = Array(name.utf8) + [0]
            let attribute = [UInt8(4 + name.count), 0, 3, 0] + name
            return try #require(
                Link(
                    NetlinkMessage(
                        type: 16, flags: 0, sequence: 0, payload: [0, 0, 0, 0, index, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + attribute)))
        }
    }

    @Test func anotherDeviceWithTheNetworkIsNamed() throws {
        let address = LinkAddress(index: 2, bytes: [10, 0, 3, 77], prefixLength: 24)
        let conflict = try #require(try Self.conflict([address], []))
        #expect(conflict.device == "eth0" && conflict.theirs == "10.0.3.77/24" && conflict.network.description == "10.0.3.0/24")
        let failure = conflict.failure(try HostBridgeSettingsTests.settings("LXC_BRIDGE=br9"))
        #expect(failure.what == "cannot give 10.0.3.1/24 to br9")
        #expect(failure.reason == "eth0 has 10.0.3.77/24 already, which overlaps with 10.0.3.0/24")
        #expect(failure.hint?.holds("LXC_ADDR") == true)
    }

    @Test func aLargerOrSmallerNetworkOverlapsToo() throws {
        #expect(try Self.conflict([LinkAddress(index: 2, bytes: [10, 0, 200, 1], prefixLength: 16)], [])?.theirs == "10.0.200.1/16")
        #expect(try Self.conflict([LinkAddress(index: 2, bytes: [10, 0, 3, 129], prefixLength: 25)], [])?.theirs == "10.0.3.129/25")
        #expect(try Self.conflict([], [Self.route("10.0.3.128/25", over: [192, 0, 2, 1])])?.theirs == "a route to 10.0.3.128/25")
        #expect(try Self.conflict([], [Self.route("10.0.0.0/8")])?.device == "eth0")
        #expect(try Self.conflict([], [Self.route("fd00::/16")])?.network.description == "fd00:3::/64")
    }

    @Test func whatIsNotInTheWayIsNoConflict() throws {
        let own = LinkAddress(index: 3, bytes: [10, 0, 3, 1], prefixLength: 24)
        let far = LinkAddress(index: 2, bytes: [192, 0, 2, 2], prefixLength: 24)
        let routes = [
            Route(over: [192, 0, 2, 1], index: 2), Route(toDevice: 2, isIPv4: true), try Self.route("10.0.0.0/8", over: [192, 0, 2, 1]),
            try Self.route("0.0.0.0/1"), try Self.route("10.0.3.0/24", index: 3), try Self.route("10.0.4.0/24"),
        ]
        #expect(try Self.conflict([own, far], routes) == nil)
    }

    // MARK: Ports

    private static let header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref\n"

    @Test func socketsAreReadFromTheKernelsTable() throws {
        let text =
            Self.header
            + "  46: 0103000A:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   110        0 9001 2 0 0\n"
            + " 100: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9002 2 0 0\n"
            + " 101: 3500007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9003 2 0 0\n"
        let table = SocketTable(parsing: text, isTCP: false)
        let bridge = try #require(IPAddress(ipv4: "10.0.3.1"))
        #expect(table.entries.map { $0.address.description } == ["10.0.3.1", "0.0.0.0", "127.0.0.53"])
        #expect(table.servers(of: 53, on: bridge).map { $0.inode } == [9001])
        #expect(table.servers(of: 67, on: bridge).map { $0.inode } == [9002])
    }

    @Test func onlyListeningSocketsOfTCPServe() throws {
        let text =
            Self.header
            + "   0: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 71 1\n"
            + "   1: 0000FD00000000000000000001000000:0035 00000000000000000000000000000000:0000 01 0:0 00:0 0 0 0 72 1\n"
        let table = SocketTable(parsing: text, isTCP: true)
        #expect(table.servers(of: 53, on: try #require(IPAddress(ipv4: "10.0.3.1"))).map { $0.inode } == [71])
        #expect(table.entries.count == 2 && table.entries[1].isConnection)
    }

    @Test(arguments: [
        "", "x", "a b c d e f g h i j", "0: 0103000A:99999 0 07 0 0 0 0 0 1 0", "0: 01:0035 0 07 0 0 0 0 0 1 0",
        "0: 0103000A 0 07 0 0 0 0 0 1",
    ])
    func linesThatAreNoneAreLeftOut(line: String) {
        #expect(SocketTable(parsing: Self.header + line + "\n", isTCP: false).entries.isEmpty)
    }
}
