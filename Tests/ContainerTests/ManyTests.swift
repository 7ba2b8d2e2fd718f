// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Many containers, and one container many times.
@Suite(.needsRoot, .serialized) struct ManyTests {
    private static func count(_ variable: String, _ usual: Int) -> Int { ProcessEnvironment.value(variable).flatMap { Int($0) } ?? usual }

    /// `LXC_TEST_MANY` containers; 20 by default, 100 for the acceptance.
    @Test func manyContainersStartListAndStop() throws {
        try withContainers { fixture in
            let count = Self.count("LXC_TEST_MANY", 20)
            let first = try fixture.busybox("many", config: ["lxc.net.0.type = empty"])
            var names = [first]
            for number in 1..<count {
                // The same root filesystem read-only serves them all.
                names.append(
                    try fixture.bare(
                        "many\(number)",
                        config: ["lxc.net.0.type = empty", "lxc.rootfs.path = dir:\(fixture.rootfs(first))", "lxc.mount.auto = proc"]))
            }
            for name in names { try fixture.succeed("start", "-n", name, "--", "/bin/sleep", "1000") }
            #expect(try fixture.lxc("ls", "--running", "-1").lines == names.sorted())
            for name in names { try fixture.succeed("stop", "-n", name, "-k") }
            let left = try fixture.lxc("ls", "--running", "-1")
            #expect(left.output == "", "\(left)")
        }
    }

    /// `LXC_TEST_CYCLES` start/stop cycles; 50 by default, 1000 for the acceptance.
    @Test func cyclesLeaveNothing() throws {
        try withContainers { fixture in
            let count = Self.count("LXC_TEST_CYCLES", 50)
            let name = try fixture.busybox("cycle", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            try fixture.succeed("stop", "-n", name, "-k")
            let files = try fixture.runFiles()
            let before = try KernelCounts()
            for _ in 0..<count {
                try fixture.succeed("start", "-n", name)
                try fixture.succeed("stop", "-n", name, "-k")
            }
            // Other tests run containers at the same time; a leak of one thing a cycle is more than those have.
            let limit = max(45, count / 20)
            var after = try KernelCounts()
            // The kernel frees removed cgroups in its own time.
            _ = try fixture.eventually(seconds: 3) {
                after = try KernelCounts()
                return after.growth(since: before, above: 2).isEmpty
            }
            print("leaks: \(count) cycles: before \(before)\nleaks: \(count) cycles: after \(after)")
            #expect(after.growth(since: before, above: limit) == [])
            #expect(try fixture.residue(name) == [])
            #expect(try fixture.runFiles() == files)
        }
    }
}
