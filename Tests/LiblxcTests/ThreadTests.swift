// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// A C program with threads on our library; compiled with our headers, so it needs nothing of C LXC's.
@Suite(.needsRoot) struct ThreadTests {
    /// How many containers and threads; 64 of 20 rounds take 33 s.
    private static let counts = ProcessEnvironment.value("LXC_TEST_MANY") == nil ? (threads: 8, rounds: 4) : (threads: 64, rounds: 20)

    @Test func startsAttachesAsksAndStopsFromManyThreadsWithoutALeak() throws {
        try withContainers { fixture in
            let scene = try LibraryScene(fixture)
            let program = try scene.compile("many_threads", ourHeaders: true)
            let (threads, rounds) = Self.counts
            let prefix = fixture.name("th") + "n"
            _ = try fixture.busybox("th", config: ["lxc.net.0.type = empty"])
            let original = fixture.name("th")
            for number in 0..<threads {
                try fixture.succeed("copy", "-n", original, "-N", "\(prefix)\(number)", "-s", "-B", "overlay")
            }
            // The original goes last, after its clones.
            fixture.atEnd("the copies") {
                for number in 0..<threads { try fixture.succeed("destroy", "-f", "-n", "\(prefix)\(number)") }
            }
            let result = try scene.run(program, [fixture.lxcpath, prefix, "\(threads)", "\(rounds)"], seconds: 200)
            #expect(result.code == 0 && result.lines.last == "flat", "\(result)")
        }
    }

    @Test func answersWhatTheTableSaysWithOurOwnHeaders() throws {
        try withContainers { fixture in
            let scene = try LibraryScene(fixture)
            let program = try scene.compile("every_member", ourHeaders: true)
            let path = fixture.lxcpath + "/alone"
            try HostPath.makeDirectories(path)
            let result = try scene.run(program, [path, fixture.name("own")])
            #expect(result.code == 0, "\(result)")
            #expect(result.lines.count > 300)
            for line in ["lxc_attach_run_command: returned 0, status 5", "function: returned 0, status 42"] {
                #expect(result.output.contains("attach                     \(line)\n"), "\(result)")
            }
        }
    }
}
