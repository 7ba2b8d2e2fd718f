// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// E10: what the caller's environment holds (tokens, say) never reaches a program of the container that is started.
@Suite(.needsRoot) struct EnvironmentTests {
    private static let secret = "SECRET=of-the-caller"

    @Test(arguments: ["start", "execute"])
    func payloadGetsNothingOfTheCallers(tool: String) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("env", config: ["lxc.net.0.type = empty", "lxc.environment = FROM=config"])
            let command = "tr '\\0' '\\n' < /proc/1/environ > /first; env > /own"
            let foreground = tool == "start" ? ["-F"] : []
            let result = try fixture.run(
                fixture.installation.bin + "/lxc-\(tool)",
                ["-P", fixture.lxcpath, "-n", name] + foreground + ["--", "/bin/sh", "-c", command],
                environment: [Self.secret])
            #expect(result.code == 0, "\(result)")
            for file in ["first", "own"] {
                let seen = try WholeFile.text(fixture.rootfs(name) + "/" + file)
                #expect(seen.contains("FROM=config\n"), "\(file): \(seen)")
                #expect(!seen.contains("SECRET") && !seen.contains("LXC_SUPERVISOR"), "\(file): \(seen)")
            }
        }
    }

    /// The start hook is a program of the container, too; hooks that are programs of the host keep the caller's environment.
    @Test(arguments: [0, 1])
    func startHookGetsNothingOfTheCallers(version: Int) throws {
        try withContainers { fixture in
            let log = fixture.lxcpath + "/log"
            let name = try fixture.busybox(
                "hook",
                config: [
                    "lxc.net.0.type = empty", "lxc.environment = FROM=config", "lxc.hook.version = \(version)",
                    "lxc.hook.start = env > /seen; true", "lxc.hook.pre-start = env > \(log); true",
                ])
            let result = try fixture.runOnce(name, "/bin/true", environment: [Self.secret])
            #expect(result.code == 0, "\(result)")
            let seen = try WholeFile.text(fixture.rootfs(name) + "/seen")
            for line in ["FROM=config", "LXC_NAME=\(name)", "PATH="] { #expect(seen.contains(line), "\(line) in \(seen)") }
            #expect(!seen.contains("SECRET"), "\(seen)")
            #expect(try WholeFile.text(log).contains(Self.secret))
        }
    }

    /// Attach keeps the environment, as its manual says, unless it is told not to.
    @Test func attachKeepsItUnlessToldOtherwise() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("env", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            let attach = { (options: [String]) in
                try fixture.run(
                    fixture.installation.bin + "/lxc-attach", ["-P", fixture.lxcpath, "-n", name] + options + ["--", "/bin/env"],
                    environment: [Self.secret])
            }
            #expect(try attach([]).lines.contains(Self.secret))
            let cleared = try attach(["--clear-env"])
            #expect(cleared.code == 0 && !cleared.output.contains("SECRET"), "\(cleared)")
        }
    }
}
