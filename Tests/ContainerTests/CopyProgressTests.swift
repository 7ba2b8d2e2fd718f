// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// What is to be seen of a long copy.
@Suite(.needsRoot, .serialized) struct CopyProgressTests {
    /// A container with some hundred megabytes that are no holes.
    private func large(_ fixture: ContainerFixture) throws -> String {
        let name = try fixture.busybox("large")
        _ = try fixture.shell(
            "mkdir '\(fixture.rootfs(name))/data'; for i in $(seq 1 60); do head -c 5M /dev/urandom > '\(fixture.rootfs(name))/data/'$i; done"
        )
        return name
    }

    /// Halts a copy in its middle until it counts as long: how long one takes is the disk's affair.
    private func prolong(_ fixture: ContainerFixture, _ name: String) throws {
        guard try fixture.eventually({ try fixture.isThere(fixture.rootfs(name) + "/data") }) else { throw FixtureFailure("no copy began") }
        // Several signals find the helpers too.
        let processes = "$(ps -eo pid,args | grep -F -- '-N \(name)' | grep -v grep | awk '{ print $1 }')"
        _ = try fixture.shell("kill -STOP \(processes); sleep 1.2; kill -CONT \(processes)")
    }

    @Test func aTerminalShowsHowFarItIs() throws {
        try withContainers { fixture in
            let (old, new) = (try large(fixture), fixture.name("copy"))
            let session = try fixture.onTerminal("copy", "-n", old, "-N", new)
            try prolong(fixture, new)
            #expect(try session.wait(seconds: 60) == .exited(0))
            let text = session.transcript
            let line = #/\r\x{1B}\[K\d+\.\d MiB of \d+\.\d MiB  \d+ %  \d+\.\d [KMG]iB/s  \d+:\d\d left/#
            #expect(text.firstMatch(of: line) != nil, "\(text)")
            // It is gone in the end.
            #expect(text.hasSuffix("\r\u{1B}[K"), "\(text)")
            #expect(try fixture.shell("diff -r '\(fixture.rootfs(old))/data' '\(fixture.rootfs(new))/data'") == "")
        }
    }

    @Test(arguments: [true, false]) func nobodyElseIsShownAnything(isTerminal: Bool) throws {
        try withContainers { fixture in
            let (old, new) = (try large(fixture), fixture.name("copy"))
            if isTerminal {
                let session = try fixture.onTerminal("copy", "-q", "-n", old, "-N", new)
                try prolong(fixture, new)
                #expect(try session.wait(seconds: 60) == .exited(0))
                #expect(session.transcript == "")
            } else {
                let program = try fixture.begin("copy", "-n", old, "-N", new)
                try prolong(fixture, new)
                #expect(try program.wait(seconds: 60) == .exited(0))
                #expect(try program.output == "")
            }
        }
    }
}
