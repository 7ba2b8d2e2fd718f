// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LXCNetwork

@Suite struct HostEndNameTests {
    @Test func namesFitAndDiffer() {
        let names = (0..<100).map { _ in HostEndName.random() }
        #expect(names.allSatisfy { $0.hasPrefix("veth") && $0.utf8.count == 10 })
        #expect(Set(names).count > 95)
    }
}
