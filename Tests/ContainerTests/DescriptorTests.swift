// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// E5 and E8: descriptors and tracing while a process enters a container.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct DescriptorTests {
    /// E5 as a race: root of the container traces, and takes descriptors from, whatever appears beside it.
    @Test func attachedProcessCannotBeTracedBeforeItsProgram() throws {
        try withContainers { fixture in
            let name = try fixture.mapped("tracer")
            try fixture.compile("seize", to: fixture.rootfs(name) + "/seize")
            let report = fixture.rootfs(name) + "/report"
            try fixture.write(report, "")
            try fixture.own(name)
            try fixture.succeed("start", "-n", name, "--", "/seize", "/report")
            let rounds = RaceRounds.count(few: 40, many: 1000)
            func words() throws -> [String] {
                try WholeFile.text(report).split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
            }
            // On a busy machine the attacker does not run whenever it would have to.
            var done = 0
            while try done < rounds || (done < 4 * rounds && words().dropFirst().first.flatMap { Int($0) } ?? 0 < rounds / 2) {
                _ = try fixture.succeed("attach", "-n", name, "--", "/bin/true")
                done += 1
            }
            let words = try words()
            try #require(words.count == 6, "\(words)")
            #expect((Int(words[1]) ?? 0) >= rounds / 2, "the attacker met too few of \(rounds) processes: \(words)")
            #expect(Array(words[2...]) == ["seized", "0", "taken", "0"])
        }
    }

    /// E8: as many open descriptors as the machine permits cost a start less than 100 ms, and none of them arrives.
    @Test func manyOpenDescriptorsDoNotSlowAStart() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("many", config: ["lxc.net.0.type = empty"])
            let hold = try fixture.compile("hold")
            let limit = try fixture.run("/bin/sh", ["-c", "ulimit -Hn"]).output.filter { $0 != "\n" }
            let count = min(Int(limit) ?? 50_000, 50_300) - 300
            let command = ["/bin/sh", "-c", "ls /proc/1/fd > /seen; true"]
            let words = [fixture.installation.bin + "/lxc-start", "-P", fixture.lxcpath, "-n", name, "-F", "--"] + command
            // The best of several: other work on the machine only ever adds.
            var best: [Int: Duration] = [:]
            for _ in 0..<5 {
                for descriptors in [0, count] {
                    let result = try fixture.run(hold, ["\(descriptors)"] + words)
                    #expect(result.code == 0, "\(result)")
                    // The shell keeps its own output as number 10 while ls writes.
                    let seen = try WholeFile.text(fixture.rootfs(name) + "/seen").split(separator: "\n")
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
            #expect(result.code != 0 && result.duration < .seconds(2), "\(result)")
            #expect(try fixture.state(name) == "STOPPED")
        }
    }
}
