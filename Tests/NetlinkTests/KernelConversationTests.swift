// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

@testable import Netlink

/// Conversations with the real kernel, in network namespaces that the tests made.
@Suite(.needsRoot) struct KernelConversationTests {
    private let home: SharedDescriptor
    private let away: SharedDescriptor

    init() throws {
        home = SharedDescriptor(try #require(NewNetwork()).finish())
        away = SharedDescriptor(try #require(NewNetwork()).finish())
    }

    private func socket(_ namespace: SharedDescriptor) throws -> NetlinkSocket {
        try NetlinkSocket(in: namespace.number, label: "test namespace")
    }

    @Test func oneRequestMakesAVethWithItsEndsInTwoNamespacesAndABridge() throws {
        var here = try socket(home)
        var there = try socket(away)
        var bridge = NewLink(.bridge, name: "br0")
        bridge.traits.isUp = true
        try here.perform(bridge.request)
        let bridgeLink = try #require(try here.link(named: "br0"))
        var peer = NewLink.Peer()
        peer.namespace = away.number
        peer.traits.name = "eth0"
        peer.traits.hardwareAddress = [0, 0x16, 0x3E, 1, 2, 3]
        var veth = NewLink(.veth(peer: peer), name: "vethX")
        veth.master = bridgeLink.index
        veth.traits.isUp = true
        veth.traits.hardwareAddress = [0xFE, 0x16, 0x3E, 1, 2, 3]
        veth.traits.mtu = 1400
        try here.perform(veth.request)
        var up = LinkChange(try #require(try there.link(named: "eth0")))
        up.isUp = true
        try there.perform(up.request)
        let hostEnd = try #require(try here.link(named: "vethX"))
        #expect(hostEnd.kind == "veth" && hostEnd.master == bridgeLink.index && hostEnd.isUp && hostEnd.hasCarrier && hostEnd.mtu == 1400)
        #expect(hostEnd.hardwareAddress == [0xFE, 0x16, 0x3E, 1, 2, 3])
        let peerEnd = try #require(try there.link(named: "eth0"))
        #expect(peerEnd.isUp && peerEnd.hardwareAddress == [0, 0x16, 0x3E, 1, 2, 3] && hostEnd.parent == peerEnd.index)
        #expect(try there.links().map { $0.name } == ["lo", "eth0"])
    }

    @Test func addressesAndRoutesComeBackAsTheyWereGiven() throws {
        var socket = try socket(home)
        var bridge = NewLink(.bridge, name: "d0")
        bridge.traits.isUp = true
        try socket.perform(bridge.request)
        let index = try #require(try socket.link(named: "d0")).index
        var v4 = LinkAddress(index: index, bytes: [10, 9, 0, 2], prefixLength: 24, broadcast: [10, 9, 0, 255])
        v4.label = "d0"
        let v6 = LinkAddress(index: index, bytes: [0xFD, 0] + [UInt8](repeating: 0, count: 13) + [7], prefixLength: 64)
        try socket.perform([v4.request, v6.request, Route(over: [10, 9, 0, 1], index: index).request])
        let listed = try socket.addresses(of: index).filter { $0.isGlobal }
        #expect(listed == [v4, v6])
        #expect(try socket.routes().contains(Route(over: [10, 9, 0, 1], index: index)))
        #expect(try socket.addresses().contains(v6))
        try socket.perform(v4.removal)
        #expect(try socket.addresses(of: index).filter { $0.isGlobal } == [v6])
    }

    @Test func refusalsCarryTheKernelsWords() throws {
        var socket = try socket(home)
        try socket.perform(NewLink(.bridge, name: "d1").request)
        let taken = #expect(throws: KernelError.self) { try socket.perform(NewLink(.bridge, name: "d1").request) }
        #expect(taken?.errno == .fileExists && taken?.call == "RTM_NEWLINK" && taken?.subject == "bridge d1")
        let tooLarge = #expect(throws: KernelError.self) {
            try socket.perform(LinkAddress(index: 1, bytes: [10, 0, 0, 1], prefixLength: 40).request)
        }
        #expect(tooLarge?.errno == .invalidArgument && tooLarge?.explanation == "ipv4: Invalid prefix length")
        #expect(tooLarge?.reason == "ipv4: Invalid prefix length (invalid argument)")
        // The first refusal is told, and the socket goes on working.
        let batch = #expect(throws: KernelError.self) {
            try socket.perform([
                NewLink(.bridge, name: "d2").request, NewLink(.bridge, name: "d1").request, NewLink(.bridge, name: "d3").request,
            ])
        }
        #expect(batch?.subject == "bridge d1")
        #expect(try socket.link(named: "d3") != nil)
        #expect(try socket.link(named: "nothing") == nil)
        #expect(try socket.link(4_000) == nil)
    }

    @Test func devicesMoveChangeAndKeepTheirAlternativeNames() throws {
        var here = try socket(home)
        var there = try socket(away)
        try here.perform(NewLink(.veth(peer: NewLink.Peer()), name: "hw0").request)
        let link = try #require(try here.link(named: "hw0"))
        try here.perform(LinkChange.alternativeNames(index: link.index, label: "hw0", ["first", "a-name-longer-than-fifteen-bytes"]))
        #expect(try here.link(named: "first")?.index == link.index)
        #expect(
            try here.link(named: "a-name-longer-than-fifteen-bytes")?.alternativeNames == ["first", "a-name-longer-than-fifteen-bytes"])
        var change = LinkChange(link)
        change.namespace = away.number
        change.name = "eth7"
        try here.perform(change.request)
        #expect(try here.link(named: "hw0") == nil)
        let moved = try #require(try there.link(named: "eth7"))
        var up = LinkChange(moved)
        up.isUp = true
        up.mtu = 1280
        up.hardwareAddress = [2, 0, 0, 0, 0, 9]
        try there.perform(up.request)
        let changed = try #require(try there.link(moved.index))
        #expect(changed.isUp && changed.mtu == 1280 && changed.hardwareAddress == [2, 0, 0, 0, 0, 9])
        try there.perform(LinkChange.removal(index: moved.index, label: "eth7"))
        #expect(try there.link(named: "eth7") == nil)
    }

    @Test func aListingOfManyDevicesIsWhole() throws {
        var socket = try socket(home)
        try socket.perform((0..<150).map { NewLink(.veth(peer: NewLink.Peer()), name: "many\($0)").request })
        let names = Set(try socket.links().map { $0.name })
        #expect((0..<150).allSatisfy { names.contains("many\($0)") } && names.count == 301)
    }
}
