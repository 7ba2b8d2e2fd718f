// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import Testing

@testable import LXCNetwork

@Suite struct DeviceNamesTests {
    private func device(_ name: String?) -> NetworkSettings {
        var settings = NetworkSettings()
        settings.name = name
        return settings
    }

    @Test func freeNamesAvoidTheConfiguredOnes() {
        let names = [nil, "eth0", nil, "lan%d", "lan0", "eth%d", "x%dy"]
        let devices = names.map { device($0) }
        #expect(DeviceNames.inside(devices, links: devices.map { _ in nil }) == ["eth1", "eth0", "eth2", "lan1", "lan0", "eth3", "x0y"])
    }

    @Test func aDeviceOfTheHostKeepsItsName() {
        #expect(DeviceNames.inside([device(nil), device(nil), device("a")], links: [nil, "eth0", "wlan0"]) == ["eth1", "eth0", "a"])
    }

    @Test(
        arguments: [
            ([10, 0, 3, 1], [10, 0, 3, 200], 24, true), ([10, 0, 3, 1], [10, 0, 4, 1], 24, false),
            ([10, 0, 3, 1], [10, 0, 2, 1], 23, true),
            ([10, 0, 3, 1], [200, 1, 1, 1], 0, true), ([10, 0, 3, 1], [10, 0, 3, 1], 32, true), ([10, 0, 3, 1], [10, 0, 3, 0], 32, false),
            ([10, 0, 3, 1], [10, 0, 3, 1, 0], 8, false),
        ] as [([UInt8], [UInt8], Int, Bool)])
    func prefixes(one: [UInt8], other: [UInt8], bits: Int, expected: Bool) {
        #expect(InsideSetup.isSame(one, other, bits: bits) == expected)
    }
}
