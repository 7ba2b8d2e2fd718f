// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// E8: descriptors of whoever starts a container.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct DescriptorTests {
    /// E8: as many open descriptors as the machine permits cost a start less than 100 ms, and none of them arrives.
    @Test(arguments: ContainerKind.allCases) func manyOpenDescriptorsDoNotSlowAStart(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            _ = try fixture.run("/bin/chmod", ["777", container.rootfs])
            let hold = try fixture.compile("hold")
            let limit = try fixture.run("/bin/sh", ["-c", "ulimit -Hn"]).output.filter { $0 != "\n" }
            let count = min(Int(limit) ?? 50_000, 50_300) - 300
            let command = ["/bin/sh", "-c", "ls /proc/1/fd > /seen; true"]
            let words = container.words("start", ["-n", container.name, "-F", "--"] + command)
            // The best of several: other work on the machine only ever adds.
            var best: [Int: Duration] = [:]
            for _ in 0..<5 {
                for descriptors in [0, count] {
                    let result = try fixture.run(hold, ["\(descriptors)"] + words)
                    #expect(result.code == 0, "\(result)")
                    // The shell keeps its own output as number 10 while ls writes.
                    let seen = try WholeFile.text(container.rootfs + "/seen").split(separator: "\n")
                    #expect(seen == ["0", "1", "10", "2"])
                    best[descriptors] = min(best[descriptors] ?? .seconds(60), result.duration)
                }
            }
            let none = try #require(best[0])
            let many = try #require(best[count])
            #expect(many - none < .milliseconds(100), "\(count) descriptors: \(many) instead of \(none)")
        }
    }

    /// E8: without /proc nothing can be listed, and nothing hangs. (It is Swift's runtime that gives up first, before our `main`.)
    @Test(arguments: ["start", "execute", "attach"])
    func withoutProcNothingHangs(tool: String) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("noproc", config: ["lxc.net.0.type = empty"])
            let command = "\(fixture.installation.bin)/lxc-\(tool) -P \(fixture.lxcpath) -n \(name) -- /bin/true"
            let result = try fixture.run(
                "/usr/bin/unshare", ["-m", "/bin/sh", "-c", "mount -t tmpfs none-\(fixture.tag) /proc && exec \(command)"], seconds: 10)
            #expect(result.code != 0 && result.duration < .seconds(5), "\(result)")
            #expect(try fixture.state(name) == "STOPPED")
        }
    }
}
