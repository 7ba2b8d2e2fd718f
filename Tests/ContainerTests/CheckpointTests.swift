// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-checkpoint: what it asks of criu, and what it says when that is not there or refuses.
@Suite(.needsRoot) struct CheckpointTests {
    /// What criu can write.
    private static let config = ["lxc.net.0.type = empty", "lxc.console.path = none", "lxc.tty.max = 0"]

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
            let name = try fixture.busybox("running", config: Self.config)
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
            let name = try fixture.busybox("running", config: Self.config)
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

    @Test func whatCannotBeTakenUpAgainIsNotWrittenEither() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("tty", config: ["lxc.net.0.type = empty", "lxc.tty.max = 0"])
            try fixture.succeed("start", "-n", name)
            let images = fixture.lxcpath + "/images"
            // What it was started with counts.
            try fixture.append(name, ["lxc.console.path = none"])
            let console = try checkpoint(fixture, criu: "#!/bin/sh\nexit 0\n", "-n", name, "-D", images)
            #expect(console.code == 1)
            #expect(
                console.error.contains("criu cannot bring its terminals back\n  start it with lxc.console.path = none"), "\(console)")
            try fixture.succeed("stop", "-k", "-n", name)
            try fixture.append(name, ["lxc.net.1.type = macvlan", "lxc.net.1.link = lo"])
            let device = try checkpoint(fixture, criu: "#!/bin/sh\nexit 0\n", "-n", name, "-D", images, "-r")
            #expect(device.code == 1 && device.error.contains("a network device of type macvlan cannot be taken up again"), "\(device)")
        }
    }

    @Test func aRestoreThatFailsSaysWhyAndLeavesNothing() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("stopped", config: Self.config)
            let images = fixture.lxcpath + "/images"
            let missing = try checkpoint(fixture, criu: nil, "-n", name, "-D", images, "-r")
            #expect(missing.code == 1 && missing.error.contains("criu is not installed"), "\(missing)")
            let old = try checkpoint(fixture, criu: "#!/bin/sh\necho Version: 2.12.1\n", "-n", name, "-D", images, "-r")
            #expect(old.code == 1 && old.error.contains("is criu 2.12, which is too old\n  3.0 or a later one is needed"), "\(old)")
            let script = "#!/bin/sh\necho '(00.5) Error (x.c:1): no such thing' > \(images)/restore.log\nexit 1\n"
            let none = try checkpoint(fixture, criu: script, "-n", name, "-D", images, "-r")
            #expect(none.code == 1 && none.error.contains("cannot use the images in \(images)"), "\(none)")
            try fixture.write(images + "/inventory.img", "")
            let refused = try checkpoint(fixture, criu: script, "-n", name, "-D", images, "-r")
            #expect(refused.code == 1)
            #expect(refused.error.contains("cannot restore \(name): criu: no such thing\n  \(images)/restore.log says more"), "\(refused)")
            #expect(try fixture.state(name) == "STOPPED")
        }
    }
}
