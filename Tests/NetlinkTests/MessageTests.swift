// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import Netlink

/// Messages as bytes, those that the kernel never sends included.
@Suite struct MessageTests {
    @Test func aRequestIsLaidOutAsTheKernelWants() throws {
        var request = NetlinkRequest("RTM_NEWLINK", "x", type: 16, flags: 4)
        request.put(UInt32(7))
        request.nest(18) { $0.attribute(1, "ab") }
        #expect(
            try request.finished(sequence: 9) == [
                32, 0, 0, 0, 16, 0, 5, 0, 9, 0, 0, 0, 0, 0, 0, 0,  // length, type, flags with NLM_F_REQUEST, sequence, port
                7, 0, 0, 0,  // fixed part
                12, 0, 18, 0, 7, 0, 1, 0, 97, 98, 0, 0,  // a nest with one string, padded
            ])
    }

    /// The kernel would take what is beyond the length field for attributes of their own.
    @Test func aTextWithoutRoomIsNotSent() throws {
        var peer = NewLink.Peer()
        peer.traits.name = String(repeating: "x", count: 65_531)
        let requests = [NewLink(.veth(peer: peer), name: "a").request, NewLink(.bridge, name: peer.traits.name).request]
        for request in requests {
            let refused = #expect(throws: KernelError.self) { try request.finished(sequence: 1) }
            #expect(refused?.errno == .fileNameTooLong)
        }
    }

    @Test func twoMessagesOfOneDatagramAreToldApart() {
        let first: [UInt8] = [18, 0, 0, 0, 1, 0, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0xAA, 0xBB, 0, 0]
        let second: [UInt8] = [16, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]
        let messages = NetlinkMessage.all(in: first + second)
        #expect(messages.map { $0.sequence } == [3, 5])
        #expect(messages.first?.payload == [0xAA, 0xBB] && messages.first?.flags == 2)
    }

    /// Lengths that are too short, too long, or at the edge of the number.
    @Test(arguments: [[], [1], [0, 0, 0, 0], [15, 0, 0, 0], [255, 255, 255, 255], [32, 0, 0, 0]] as [[UInt8]])
    func lengthsThatDoNotFitEndTheList(start: [UInt8]) {
        let datagram = start + [UInt8](repeating: 0, count: start.count < 4 ? 0 : 12)
        #expect(NetlinkMessage.all(in: datagram).isEmpty)
        #expect(NetlinkAttributes([9, 0, 1, 0, 1, 2]).list.isEmpty)
        #expect(NetlinkAttributes([3, 0, 1, 0]).list.isEmpty)
    }

    @Test func aRefusalIsReadWithItsExplanation() {
        let code: [UInt8] = [0xEA, 0xFF, 0xFF, 0xFF]  // -22
        let original = [UInt8](repeating: 0, count: 16)
        let text: [UInt8] = [8, 0, 1, 0, 0x6E, 0x6F, 0x21, 0]
        let told = NetlinkMessage(type: 2, flags: 0x300, sequence: 1, payload: code + original + text)
        #expect(told.verdict?.errno == 22 && told.verdict?.explanation == "no!")
        let silent = NetlinkMessage(type: 2, flags: 0, sequence: 1, payload: code + original)
        #expect(silent.verdict?.errno == 22 && silent.verdict?.explanation == nil)
        #expect(NetlinkMessage(type: 2, flags: 0x200, sequence: 1, payload: [0, 0]).verdict == nil)
        let smallest = NetlinkMessage(type: 2, flags: 0x200, sequence: 1, payload: [0, 0, 0, 0x80] + [UInt8](repeating: 0xFF, count: 16))
        #expect(smallest.verdict?.errno == Int32.max && smallest.verdict?.explanation == nil)
    }

    /// As iproute2's `bridge vlan add` sends (strace of it): this machine's kernel knows no VLANs on bridges.
    @Test func portVLANsAreLaidOutAsTheKernelWants() {
        let request = LinkChange.portVLANs(index: 3, label: "p", [5, 7], isUntagged: true)
        #expect(
            Array(request.bytes[16...]) == [
                7, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // AF_BRIDGE, device 3
                20, 0, 26, 0,  // IFLA_AF_SPEC
                8, 0, 2, 0, 6, 0, 5, 0,  // IFLA_BRIDGE_VLAN_INFO: PVID and untagged, 5
                8, 0, 2, 0, 6, 0, 7, 0,
            ])
    }

    /// Cut anywhere, a message is read as far as it goes or not at all.
    @Test func brokenObjectsAreNotTaken() {
        for count in 0..<16 {
            let message = NetlinkMessage(type: 16, flags: 0, sequence: 1, payload: [UInt8](repeating: 0xFF, count: count))
            #expect((Link(message) == nil) == (count < 12))
            #expect(LinkAddress(NetlinkMessage(type: 20, flags: 0, sequence: 1, payload: message.payload)) == nil)
            #expect(Route(NetlinkMessage(type: 24, flags: 0, sequence: 1, payload: message.payload)) == nil)
        }
    }

    /// As glibc's inet_ntop(3) writes them.
    @Test(arguments: [
        ([UInt16](repeating: 0, count: 8), "::"), ([0, 0, 0, 0, 0, 0, 0, 1], "::1"), ([0xFD00, 0, 0, 0, 0, 0, 0, 0], "fd00::"),
        ([0x2001, 0xDB8, 0, 0, 1, 0, 0, 1], "2001:db8::1:0:0:1"), ([0x2001, 0xDB8, 0, 1, 0, 0, 0, 1], "2001:db8:0:1::1"),
        ([1, 2, 3, 4, 0, 6, 7, 8], "1:2:3:4:0:6:7:8"), ([0, 2, 0, 4, 0, 6, 0, 8], "0:2:0:4:0:6:0:8"),
        ([0, 0, 0, 0, 0, 0xFFFF, 0x0102, 0x0304], "::ffff:1.2.3.4"), ([0, 0, 0, 0, 0, 0, 0x0102, 0x0304], "::1.2.3.4"),
        ([0, 0, 0, 0, 0, 0xFFFE, 1, 2], "::fffe:1:2"), ([0, 0, 0, 0, 1, 0, 0, 0], "::1:0:0:0"),
        ([0, 0, 3, 4, 5, 6, 0, 0], "::3:4:5:6:0:0"),
        ([0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0, 0], "ffff:ffff:ffff:ffff:ffff:ffff::"),
    ])
    func addressesAreWrittenAsPeopleKnowThem(groups: [UInt16], text: String) {
        let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        #expect(LinkAddress(index: 1, bytes: bytes, prefixLength: 64).text == text)
        #expect(LinkAddress(index: 1, bytes: [10, 0, 3, 255], prefixLength: 8).text == "10.0.3.255")
    }
}
