// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// The configurations in `Examples`: each starts as it is.
@Suite(.needsRoot) struct ExampleTests {
    private static let folder = TestInstallation.checkout + "/Examples"

    @Test("S1.115 S1.116: every example starts, also without its devices") func everyExample() throws {
        let files = try DirectoryListing.names(in: Self.folder).filter { $0.hasSuffix(".conf") }
        #expect(files.count >= 3)
        try withContainers { fixture in
            for file in files {
                let name = try fixture.busybox(
                    String(file.dropLast(5)), config: ["lxc.net.0.type = empty", "lxc.include = \(Self.folder)/\(file)"])
                let started = try fixture.lxc("start", "-n", name)
                #expect(started.code == 0 && started.error.isEmpty, "\(file): \(started)")
                #expect(try fixture.state(name) == "RUNNING")
                try fixture.succeed("stop", "-n", name, "-k")
            }
        }
    }

    @Test func whatTheHostHasIsSeenInside() throws {
        try withContainers { fixture in
            // A socket of the display, in the test's own place of the host's.
            let example = try WholeFile.text(Self.folder + "/gui.conf")
            let name = try fixture.busybox("gui", config: ["lxc.net.0.type = empty"])
            try fixture.append(
                name,
                [
                    example.split(separator: "\n").joined(separator: "\n")
                        .split(separator: "/tmp/.X11-unix tmp").joined(separator: "\(fixture.lxcpath)/.X11 tmp")
                ])
            try fixture.write(fixture.lxcpath + "/.X11/X0", "socket")
            try fixture.succeed("start", "-n", name)
            let seen = try fixture.succeed(
                "attach", "-n", name, "--", "/bin/sh", "-c", "cat /tmp/.X11-unix/X0; tr '\\0' '\\n' < /proc/1/environ")
            #expect(seen.output.hasPrefix("socket") && seen.output.contains("DISPLAY=:0"), "\(seen)")
        }
    }
}
