// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct ProgramOutputTests {
    private func shell(_ script: String, limit: Int = 1 << 20, milliseconds: Int32 = 10_000) throws(KernelError) -> ProgramOutput.Result {
        try ProgramOutput.of(
            "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/bin:/usr/bin", "A=b"], limit: limit,
            milliseconds: milliseconds)
    }

    @Test func keepsOutputAndStatus() throws {
        let result = try shell("echo $A; echo unseen >&2; exit 5")
        #expect(result.output == Array("b\n".utf8))
        #expect(result.status == .exited(5))
    }

    @Test func readsMoreThanAPipeHolds() throws {
        #expect(try shell("head -c 300000 /dev/zero").output.count == 300_000)
    }

    @Test func refusesTooMuch() {
        let failure = #expect(throws: KernelError.self) { _ = try shell("exec cat /dev/zero", limit: 1000) }
        #expect(failure?.errno == .fileTooLarge)
    }

    @Test func killsAtTheDeadline() {
        let failure = #expect(throws: KernelError.self) { _ = try shell("exec sleep 60", milliseconds: 100) }
        #expect(failure?.errno == .timedOut)
    }

    @Test func saysThatThereIsNoSuchProgram() {
        let failure = #expect(throws: KernelError.self) {
            _ = try ProgramOutput.of("/nonexistent", arguments: ["x"], environment: [], limit: 1, milliseconds: 1000)
        }
        #expect(failure?.errno == .noSuchFileOrDirectory)
        #expect(failure?.subject == "/nonexistent")
    }
}
