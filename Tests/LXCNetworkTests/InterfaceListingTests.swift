// SPDX-License-Identifier: Apache-2.0
import LXCNetwork
import LXCTestSupport
import LinuxKernel
import Netlink
import Testing

@Suite struct InterfaceListingTests {
    private func address(_ index: UInt32, _ bytes: [UInt8], _ label: String? = nil) -> LinkAddress {
        var address = LinkAddress(index: index, bytes: bytes, prefixLength: bytes.count == 4 ? 24 : 64)
        address.label = label
        return address
    }

    private func long(_ start: [UInt8], _ end: UInt8) -> [UInt8] {
        start + [UInt8](repeating: 0, count: 15 - start.count) + [end]
    }

    /// As C LXC 5.0.2 showed these very addresses.
    @Test func addressesAreSortedByTheirBytes() {
        let listing = InterfaceListing(
            links: [],
            addresses: [
                address(2, [10, 9, 0, 2], "eth0"), address(3, [10, 10, 0, 1], "eth1"), address(2, [10, 213, 7, 9], "eth0"),
                address(3, [10, 213, 7, 9], "eth1"), address(3, [169, 254, 9, 9], "eth1"), address(3, [127, 3, 0, 1], "eth1"),
                address(3, long([0xFD], 5)), address(3, long([0xFE, 0xC0], 3)), address(3, long([0x20, 0x01, 0x0D, 0xB8], 1)),
                address(3, [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 1, 2, 3, 4]),
            ])
        #expect(listing.ipv4 == ["10.10.0.1", "10.213.7.9", "10.213.7.9", "10.9.0.2", "127.3.0.1", "169.254.9.9"])
        #expect(listing.ipv6 == ["2001:db8::1", "::ffff:1.2.3.4", "fd00::5", "fec0::3"])
        #expect(listing.addresses == listing.ipv4 + listing.ipv6)
    }

    @Test func loopbackAndLinkLocalAddressesAreLeftOut() {
        let listing = InterfaceListing(
            links: [],
            addresses: [
                address(1, [127, 0, 0, 1], "lo"), address(1, [192, 0, 2, 7], "lo"), address(1, [192, 0, 2, 8], "lo:1"),
                address(1, long([], 1)),
                address(1, long([0xFD], 9)), address(2, long([0xFE, 0x80], 7)), address(2, long([0xFE, 0xBF], 7)),
            ])
        #expect(listing.addresses == ["192.0.2.8"])
    }

    @Test func namesIncludeLabelsOnce() {
        let listing = InterfaceListing(links: [], addresses: [address(2, [10, 0, 0, 1], "eth0:1"), address(2, [10, 0, 0, 2], "eth0:1")])
        #expect(listing.names == ["eth0:1"])
    }

    @Test(.needsRoot) func theKernelIsAsked() throws {
        var socket = try NetlinkSocket()
        let listing = try InterfaceListing.read(&socket, withNames: true)
        #expect(listing.names.contains("lo"))
        #expect(Set(listing.names).count == listing.names.count)
        #expect(!listing.addresses.contains("127.0.0.1"))
    }
}
