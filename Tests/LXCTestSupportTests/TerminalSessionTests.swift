// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

@Suite(.needsProgram("/usr/bin/setsid", package: "util-linux")) struct TerminalSessionTests {
    private func shell(_ script: String) throws -> TerminalSession {
        try TerminalSession("/bin/sh", ["-c", script], environment: ["PATH=/usr/bin:/bin"])
    }

    @Test func typesAndReads() throws {
        let session = try shell("tty; read line; echo \"got $line\"; exit 4")
        try session.expect("/dev/pts/")
        try session.type("hello\n")
        try session.expect("got hello")
        #expect(try session.wait() == .exited(4))
    }

    @Test func theTerminalControlsTheProgram() throws {
        let session = try shell("echo ready; exec sleep 60")
        try session.expect("ready")
        try session.type("\u{3}")
        #expect(try session.wait().shellCode == 130)
    }

    @Test func saysWhatWasShownInstead() throws {
        let session = try shell("echo something else; exec sleep 60")
        let failure = #expect(throws: FixtureFailure.self) { try session.expect("password", seconds: 0.5) }
        #expect(failure?.description.contains("something else") == true)
        try session.end()
    }
}
