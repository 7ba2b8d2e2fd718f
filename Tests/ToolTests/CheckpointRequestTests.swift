// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LXCRuntime
import LXCTools
import Testing

@Suite struct CheckpointRequestTests {
    @Test func everythingAtOnce() {
        let run = ToolRun("lxc-checkpoint -n p1 -D /images -v -s --predump-dir ../first -A /hook")
        let options = run.engine.checkpointed?.options
        #expect(run.status == 0)
        #expect(run.engine.checkpointed?.target.name == "p1")
        #expect(options?.directory == "/images")
        #expect(options?.stops == true && options?.isVerbose == true && options?.isPreliminary == false)
        #expect(options?.earlier == "../first")
        #expect(options?.actionScript == "/hook")
        #expect(ToolRun("lxc-checkpoint p1 -D /i -r").engine.checkpointed?.restores == true)
        let relative = ToolRun("lxc-checkpoint p1 -D images -p").engine.checkpointed?.options
        #expect(relative?.directory.hasPrefix("/") == true && relative?.directory.hasSuffix("/images") == true)
        #expect(relative?.isPreliminary == true)
    }

    @Test(arguments: ["", "-r -D /i -s", "-r -D /i -p", "-r -D /i --predump-dir x", "-D /i -d", "-D /i -F", "-D /i -s -p", "-D ="])
    func whatDoesNotGoTogetherIsRefused(options: String) {
        let run = ToolRun("lxc-checkpoint p1 \(options == "-D =" ? "--checkpoint-dir=" : options)")
        #expect(run.status == 1)
        #expect(run.engine.calls == [])
        #expect(run.errors.hasPrefix("lxc-checkpoint: "))
    }

    @Test func theCommandLineOfCriu() {
        var options = CheckpointOptions(directory: "/i")
        let usual = CriuCommand.dump(42, options)
        #expect(usual.prefix(7) == ["dump", "--tree", "42", "--images-dir", "/i", "--log-file", "dump.log"])
        #expect(usual.contains("--leave-running") && usual.contains("-v1"))
        options.stops = true
        options.earlier = "../before"
        options.isVerbose = true
        let last = CriuCommand.dump(42, options)
        #expect(!last.contains("--leave-running") && last.contains("-v4") && last.contains("--track-mem"))
        #expect(last.firstIndex(of: "--prev-images-dir").map { last[$0 + 1] } == "../before")
        options = CheckpointOptions(directory: "/i")
        options.isPreliminary = true
        let first = CriuCommand.dump(42, options)
        #expect(first.first == "pre-dump" && first.contains("--track-mem") && !first.contains("--leave-running"))
        #expect(first.contains("pre-dump.log"))
    }

    @Test(
        arguments: [
            ("(00.1) fine\n(00.2) Error (a.c:1): Can't dump it: no\n(00.3) Error (b.c:22): Dumping FAILED.\n", "Can't dump it: no"),
            ("Error: odd\n", "Error: odd"), ("(00.1) fine\n", nil), ("", nil),
        ] as [(String, String?)])
    func theFirstComplaintCounts(log: String, complaint: String?) { #expect(CriuReport.complaint(Array(log.utf8)) == complaint) }
}
