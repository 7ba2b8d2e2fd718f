// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// One container with a veth many times: no device stays behind, and a start does not become slower.
@Suite(.needsRoot, .serialized) struct NetworkCycleTests {
    /// `LXC_TEST_CYCLES` cycles; 50 by default, 1000 for the acceptance, which also compares the first and the last hundred starts.
    @Test(arguments: ["random name", "fixed name"]) func cyclesLeaveNoDevice(pair: String) throws {
        try withNetwork { net in
            let count = ProcessEnvironment.value("LXC_TEST_CYCLES").flatMap { Int($0) } ?? 50
            try net.bridge("br0", "10.9.0.1/24")
            var config = [
                "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.flags = up", "lxc.net.0.ipv4.address = 10.9.0.2/24",
                "lxc.net.0.ipv4.gateway = auto",
            ]
            if pair == "fixed name" { config.append("lxc.net.0.veth.pair = vcycle") }
            let name = try net.container("cycle", config)
            net.fixture.atEnd("container \(name)") { _ = try net.lxc("stop", "-k", "-n", name) }
            var starts: [Duration] = []
            for _ in 0..<count {
                let start = try NetworkScene.mustSucceed(net.lxc("start", "-n", name))
                starts.append(start.duration)
                try net.stop(name)
            }
            #expect(try net.fixture.eventually { try net.links() == ["br0", "lo"] })
            let percentile = { (part: ArraySlice<Duration>) in part.sorted()[(part.count - 1) * 99 / 100] }
            let (first, last) = (percentile(starts.prefix(100)), percentile(starts.suffix(100)))
            print("cycles: \(pair): \(count) starts, 99th percentile of the first hundred \(first), of the last \(last)")
            // Fewer cycles run beside other tests, which says nothing about time.
            if count >= 1000 { #expect(last <= first * 1.3) }
        }
    }
}
