// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import Netlink
import Testing

@testable import LXCNetwork

/// What the journal keeps about a network, as text and back.
@Suite struct NetworkDebtTests {
    private static func record() throws -> PhysicalDeviceRecord {
        let words = [
            "eth2", "eth1", "en-long/enp3s0", "00163ec60e04", "1500", "up",
            "0a000002180a0000ff/fd00000000000000000000000000000240/0a00000118",
        ]
        return try #require(PhysicalDeviceRecord(words: words))
    }

    @Test func everyDebtIsReadAsItWasWritten() throws {
        let address = try #require(IPAddress(ipv6: "fd00::2"))
        let debts: [NetworkDebt] = [
            .physical(try Self.record()), .physicalInside(name: "eth1", index: 7), .namespace(path: "/run/lxc/a b.netns"),
            .neighborProxy(link: "br0", address: address), .route(link: "lo", address: address),
            .openVSwitchPort(bridge: "ovs0", port: "vethAAAAAA"), .script(device: 3, hostEnd: nil), .script(device: 0, hostEnd: "vethB"),
        ]
        for debt in debts { #expect(NetworkDebt(line: debt.line) == debt, "\(debt.line)") }
    }

    @Test func aRecordKeepsNamesAndAddresses() throws {
        let record = try Self.record()
        #expect(record.alternativeNames == ["en-long", "enp3s0"] && record.isUp && record.mtu == 1500)
        #expect(record.addresses.map { $0.prefixLength } == [24, 64, 24])
        #expect(record.addresses[0].broadcast == [10, 0, 0, 255] && record.addresses[2].broadcast == nil)
    }

    /// What cannot be brought back is owed on, with the file that keeps it; the rest is not.
    @Test func aDeviceThatDoesNotComeBackIsStillOwed() throws {
        let devices: [NetworkDebt] = [
            .namespace(path: "/dev/null/unreachable"), .physical(try Self.record()), .physicalInside(name: "eth1", index: 7),
        ]
        let result = NetworkSettlement.returnDevices(devices + [.script(device: 0, hostEnd: nil)])
        #expect(result.unpaid == devices)
        #expect(result.problems.count == 1 && result.problems.first?.contains("tries again") == true, "\(result.problems)")
    }

    @Test func emptyListsStayEmpty() throws {
        let record = try #require(PhysicalDeviceRecord(words: ["tap0", "tap0", "-", "-", "1400", "down", "-"]))
        #expect(record.alternativeNames.isEmpty && record.hardwareAddress.isEmpty && record.addresses.isEmpty)
        #expect(PhysicalDeviceRecord(words: record.text.split(separator: " ").map(String.init)) == record)
    }

    /// A full disk cuts a line anywhere; what is left is a debt of its own or nothing.
    @Test func cutAndForeignLinesAreNoDebts() throws {
        let line = NetworkDebt.physical(try Self.record()).line
        for count in 0..<(line.utf8.count - 83) { #expect(NetworkDebt(line: String(line.prefix(count))) == nil) }
        for line in [
            "", "phys", "phys a b c d e f g", "phys a b - 0 1 up -", "phys a b - 00 x up -", "phys a b - 00 1 sideways -",
            "phys a b - zz 1 up -", "phys a b - 00 1 up 0a0000", "inside x -1", "inside x", "proxy lo nowhere", "route lo", "ovs b",
            "script x -", "other 1",
        ] { #expect(NetworkDebt(line: line) == nil, "\(line)") }
    }
}
