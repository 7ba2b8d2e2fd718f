// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

@Suite(.needsProgram("/bin/busybox", package: "busybox-static")) struct ProbeProgramTests {
    @Test func reportsWhatItSees() throws {
        let folder = try #require(try ToolRunner.run("/bin/mktemp", ["-d", "/tmp/lxc-probe-XXXXXX"]).lines.first)
        defer { _ = try? ToolRunner.run("/bin/rm", ["-rf", folder]) }  // a folder in /tmp that stays is no failure of the probe
        try ProbeProgram.install(in: folder)
        let result = try ToolRunner.run(
            "/bin/busybox", ["sh", folder + "/probe", folder + "/report", "/bin/sh", "-c", "exit 7"],
            environment: ["PATH=/bin:/usr/bin", "COLOUR=two = three"], directory: "/usr")
        #expect(result.code == 7, "the probe becomes the command that it is given: \(result)")
        let report = try ProbeReport(at: folder + "/report")
        #expect(report.environment["COLOUR"] == "two = three")
        #expect(report["directory"] == ["/usr"])
        #expect(report["identity"].first?.split(separator: " ").first == "\(ProcessControl.effectiveUser)")
        #expect(report.namespaces["mnt"]?.hasPrefix("mnt:[") == true)
        #expect(report.status("NoNewPrivs") == "0")
        #expect(report.mount(on: "/proc")?.type == "proc")
        #expect(Set(report.descriptors.keys).isSuperset(of: [0, 1, 2]))
        // The shell itself has its script open; nothing else may be there.
        #expect(report.descriptors.filter { $0.key > 2 && !$0.value.hasSuffix("/probe") } == [:])
    }

    @Test func aReportWithoutEndIsNone() throws {
        let file = try #require(try ToolRunner.run("/bin/mktemp", ["/tmp/lxc-probe-XXXXXX"]).lines.first)
        defer { _ = try? ToolRunner.run("/bin/rm", ["-f", file]) }  // as above
        #expect(throws: FixtureFailure.self) { _ = try ProbeReport(at: file) }
    }
}
