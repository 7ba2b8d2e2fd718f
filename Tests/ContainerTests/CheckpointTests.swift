// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-checkpoint: what it asks of criu, and what it says when that is not there or refuses.
@Suite(.needsRoot) struct CheckpointTests {
    /// Runs lxc-checkpoint where `/usr/local/bin` has this program for criu, or none, and no other folder has one.
    private func checkpoint(_ fixture: ContainerFixture, criu: String?, _ words: String...) throws -> ToolResult {
        let place = "/usr/local/bin/criu"
        var script = "for f in /usr/sbin/criu /sbin/criu /usr/bin/criu /bin/criu; do [ ! -e $f ] || mount --bind /dev/null $f; done;"
        script += "mount -t tmpfs none /usr/local/bin;"
        if let criu {
            try fixture.write(fixture.lxcpath + "/criu", criu, mode: 0o755)
            script += "cp \(fixture.lxcpath)/criu \(place) && "
        }
        script += "exec \"$@\""
        let command = [fixture.installation.bin + "/lxc-checkpoint", "-P", fixture.lxcpath] + words
        return try fixture.run("/usr/bin/unshare", ["--mount", "/bin/sh", "-c", script, "sh"] + command)
    }

    @Test func itAsksForTheContainersInit() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("running", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            let images = fixture.lxcpath + "/images/deep"
            let pid = try fixture.initPID(name)
            let result = try checkpoint(
                fixture, criu: "#!/bin/sh\necho \"$@\" > \(fixture.lxcpath)/asked\nid -u >> \(fixture.lxcpath)/asked\n", "-n", name, "-D",
                images)
            #expect(result.code == 0, "\(result)")
            let asked = try WholeFile.text(fixture.lxcpath + "/asked").split(separator: "\n")
            #expect(asked.first?.hasPrefix("dump --tree \(pid) --images-dir \(images) --log-file dump.log ") == true, "\(asked)")
            #expect(asked.first?.hasSuffix(" --leave-running") == true)
            #expect(try FileStatus(of: images).permissions & 0o777 == 0o700)
            // One that is to be stopped is, whoever ends it.
            let stop = try checkpoint(fixture, criu: "#!/bin/sh\nkill -9 \(pid)\n", "-n", name, "-D", images, "-s")
            #expect(stop.code == 0, "\(stop)")
            #expect(try fixture.state(name) == "STOPPED")
        }
    }

    @Test func whatCriuComplainsAboutIsTold() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("running", config: ["lxc.net.0.type = empty"])
            let images = fixture.lxcpath + "/images"
            let stopped = try checkpoint(fixture, criu: nil, "-n", name, "-D", images)
            #expect(stopped.code == 1 && stopped.error.contains("it is not running"), "\(stopped)")
            try fixture.succeed("start", "-n", name)
            let missing = try checkpoint(fixture, criu: nil, "-n", name, "-D", images)
            #expect(missing.code == 1)
            #expect(
                missing.error
                    == "lxc-checkpoint: \(name): cannot checkpoint \(name): criu is not installed\n  install it: apt-get install criu\n")
            let script = "#!/bin/sh\necho '(00.5) Error (tty.c:1): tty: Found dangling tty' > \(images)/dump.log\nexit 1\n"
            let refused = try checkpoint(fixture, criu: script, "-n", name, "-D", images)
            #expect(refused.code == 1)
            #expect(refused.error.contains("criu: tty: Found dangling tty\n  \(images)/dump.log says more"), "\(refused)")
            #expect(try fixture.state(name) == "RUNNING")
            let mute = try checkpoint(fixture, criu: "#!/bin/sh\nrm \(images)/dump.log\nexit 3\n", "-n", name, "-D", images)
            #expect(mute.code == 1 && mute.error.contains("criu ended with status 3"), "\(mute)")
            let running = try checkpoint(fixture, criu: nil, "-n", name, "-D", images, "-r")
            #expect(running.code == 1 && running.error.contains("is running"))
            let undefined = try checkpoint(fixture, criu: nil, "-n", fixture.name("none"), "-D", images)
            #expect(undefined.code == 1 && undefined.error.contains("it is not defined"), "\(undefined)")
        }
    }
}
