// SPDX-License-Identifier: Apache-2.0
import LXCTools
import LinuxKernel
import Testing

@Suite struct UpdateConfigTests {
    private static let old = "# mine\nlxc.utsname = p1\nlxc.tty = 4\n"

    /// Runs the body with a configuration file in a folder of its own.
    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let folder = "lxc-update-config-\(UInt64.random(in: 0...(.max)))"
        try DirectoryHandle(opening: "/tmp").makeDirectories(folder, mode: 0o700)
        let path = "/tmp/\(folder)/config"
        try AtomicFile.write(path, Array(text.utf8), mode: 0o600)
        try body(path)
        let report = try TreeRemoval.remove("/tmp/\(folder)")
        #expect(report.remaining.isEmpty)
    }

    @Test func rewritesHistoricKeysAndKeepsTheOldText() throws {
        try withFile(Self.old) { path in
            let run = ToolRun("lxc-update-config -c \(path)")
            #expect(run.status == 0)
            #expect(run.output.isEmpty && run.errors.isEmpty)
            let new = try WholeFile.text(path)
            #expect(new == "# mine\nlxc.uts.name = p1\nlxc.tty.max = 4\n")
            let backup = try WholeFile.text(path + ".backup")
            #expect(backup == Self.old)
        }
    }

    @Test func aPreviewChangesNothing() throws {
        try withFile(Self.old) { path in
            let run = ToolRun("lxc-update-config --preview -c \(path)")
            #expect(run.status == 0)
            #expect(run.output.contains("\n-lxc.utsname = p1\n"))
            #expect(run.output.contains("\n+lxc.uts.name = p1\n"))
            let text = try WholeFile.text(path)
            #expect(text == Self.old)
            let backup = try FileStatus.ifPresent(path + ".backup")
            #expect(backup == nil)
        }
    }

    @Test func aMissingFileIsNamed() {
        let run = ToolRun("lxc-update-config -c /nonexistent/file")
        #expect(run.status == 1)
        #expect(run.errors == "lxc-update-config: cannot read /nonexistent/file: no such file or directory\n")
    }

    @Test func withoutAFileItExplainsItself() {
        let bare = ToolRun("lxc-update-config")
        #expect(bare.status == 0)
        #expect(bare.output == HelpText.help(UpdateConfigCommand.table))
    }
}
