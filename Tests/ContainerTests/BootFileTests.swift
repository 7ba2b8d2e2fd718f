// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// What an init system finds after the installation.
@Suite(.needsRoot) struct BootFileTests {
    private static let units = ["lxc.service", "lxc@.service", "lxc-net.service", "lxc-monitord.service"]

    /// The programs that a file of the installation names.
    private func programs(_ text: String) -> [String] {
        text.split(whereSeparator: { $0.isWhitespace }).compactMap { word in
            let path = word.drop { $0 != "/" }
            return path.contains("lxc-") && (word.hasPrefix("Exec") || word.hasPrefix("program=") || word.hasPrefix("/"))
                ? String(path) : nil
        }
    }

    @Test(arguments: units) func unitsNameProgramsThatAreThere(unit: String) throws {
        let installation = try TestInstallation.shared.get()
        let text = try WholeFile.text("\(installation.prefix)/lib/systemd/system/\(unit)")
        #expect(!text.contains("@LIBEXEC@") && !text.contains("@BIN@"))
        let named = programs(text)
        #expect(!named.isEmpty)
        for path in named { #expect(try FileStatus.ifPresent(path)?.permissions ?? 0 & 0o111 != 0, "\(path)") }
    }

    @Test(arguments: ["lxc", "lxc-net"]) func theBootScriptCallsItsProgram(script: String) throws {
        try withContainers { fixture in
            let path = "\(fixture.installation.prefix)/etc/init.d/\(script)"
            let wrong = try fixture.run(path, ["begin"])
            #expect(wrong.code == 2 && wrong.error.hasPrefix("Usage: "), "\(wrong)")
            // A program that tells what it was asked, in its place.
            let program = "\(fixture.installation.libexec)/\(script == "lxc" ? "lxc-containers" : "lxc-net")"
            let fake = fixture.lxcpath + "/fake"
            try fixture.write(fake, "#!/bin/sh\necho \"$0 $@\" > \(fixture.lxcpath)/asked\nexit 7\n", mode: 0o755)
            for verb in ["start", "stop", "restart", "reload", "force-reload"] {
                let command =
                    "mount --bind \(fixture.lxcpath) /mnt && mount -t tmpfs none \(fixture.installation.libexec) && cp /mnt/fake \(program)"
                let result = try fixture.run("/usr/bin/unshare", ["--mount", "/bin/sh", "-c", "\(command) && exec \(path) \(verb)"])
                #expect(result.code == 7, "\(result)")
                #expect(try WholeFile.text(fixture.lxcpath + "/asked") == "\(program) \(verb)\n")
            }
        }
    }

    @Test func openRCsScriptsParse() throws {
        for script in ["lxc", "lxc-net"] {
            let result = try ToolRunner.run("/bin/sh", ["-n", "\(TestInstallation.checkout)/share/openrc/\(script)"])
            #expect(result.code == 0 && result.error == "", "\(result)")
        }
    }
}
