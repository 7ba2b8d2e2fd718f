// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// The tests' own machinery: what it reports must be true, or every other test is worth nothing.
@Suite struct ToolRunnerTests {
    @Test func keepsOutputErrorAndStatusApart() throws {
        let result = try ToolRunner.run("/bin/sh", ["-c", "cat; echo two >&2; exit 3"], input: "one\n")
        #expect(result.output == "one\n")
        #expect(result.error == "two\n")
        #expect(result.code == 3)
        #expect(result.lines == ["one"])
    }

    @Test func reportsTheSignalAsAShellDoes() throws {
        #expect(try ToolRunner.run("/bin/sh", ["-c", "kill -TERM $$"]).code == 143)
    }

    @Test func killsAtTheDeadline() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let failure = #expect(throws: FixtureFailure.self) {
            _ = try ToolRunner.run("/bin/sh", ["-c", "echo so far; exec sleep 60"], seconds: 1)
        }
        #expect(failure?.description.contains("so far") == true)
        #expect(clock.now - start < .seconds(10))
    }

    @Test func aProcessThatStaysBehindDoesNotKeepTheReaderWaiting() throws {
        let result = try ToolRunner.run("/bin/sh", ["-c", "sleep 5 & echo $!"])
        #expect(result.duration < .seconds(4))
        let pid = try #require(result.lines.first.flatMap { Int32($0) })
        try PidFD(pid).send(9)
    }
}
