// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LXCNetwork

@Suite struct HostEndNameTests {
    @Test func namesFitAndDiffer() {
        let names = (0..<100).map { _ in HostEndName.random() }
        #expect(names.allSatisfy { $0.hasPrefix("veth") && $0.utf8.count == 10 })
        #expect(Set(names).count > 95)
        for name in ["eth0", "elevenbytes", "twelve-bytes", "größte-Ümläute"] {
            let replacement = HostEndName.replacement(for: name)
            #expect((1...15).contains(replacement.utf8.count) && replacement != name)
        }
    }
}
