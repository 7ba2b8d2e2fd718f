// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// What a container can do to the terminal of whoever looks into it, and to the process that looks after its console.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct TerminalAttackTests {
    /// Which of the caller's streams are its terminal.
    static let streams = ["", "> /dev/null 2>&1", "< /dev/null 2> /dev/null", "< /dev/null > /dev/null", "< /dev/null > /dev/null 2>&1"]

    /// What the caller's shell finds typed after a command.
    private func typed(_ command: String) throws -> String {
        let script = "stty -echo; \(command); IFS= read -r -t 1 line; echo \"found[$line]\""
        let session = try TerminalSession("/bin/bash", ["-c", script], environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"])
        do {
            try session.expect("]", seconds: 20)
            _ = try session.wait()
        } catch {
            try session.end()
            throw error
        }
        return session.transcript
    }

    @Test("K9: an attached program cannot type into the caller's terminal", arguments: ContainerKind.allCases)
    func typing(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind)
            try container.place("push")
            try container.succeed("start")
            let attach = container.words("attach", ["-n", container.name, "--", "/push", "typed-by-the-container"])
            for stream in Self.streams {
                let found = try typed(attach.joined(separator: " ") + " " + stream)
                #expect(found.contains("found[]"), "\(stream): \(found)")
            }
            // Where nothing stands in its way the attack works.
            #expect(try typed(fixture.compile("push") + " typed").contains("found[typed]"))
        }
    }

    @Test("K9: how C LXC does", .needsPeerLXC) func typingUnderCLXC() throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, .privileged)
            try container.place("push")
            #expect(try fixture.peer("start", "-n", container.name).code == 0)
            let attach = "/usr/bin/lxc-attach -P \(fixture.lxcpath) -n \(container.name) -- /push typed"
            let reached = try Self.streams.filter { try typed(attach + " " + $0).contains("found[typed]") }
            print("C LXC | K9 | \(Self.streams.count - reached.count) of \(Self.streams.count) ways closed")
            _ = try fixture.peer("stop", "-k", "-n", container.name)
        }
    }

    @Test("K10: a flood on a console that nobody reads costs neither memory nor disk, and blocks nobody", arguments: ContainerKind.allCases)
    func flood(kind: ContainerKind) throws {
        try withContainers { fixture in
            let log = fixture.lxcpath + "/console.log"
            let container = try AttackedContainer(
                fixture, kind,
                config: ["lxc.console.buffer.size = 64KB", "lxc.console.size = 128KB", "lxc.console.rotate = 1"]
                    + (kind == .user ? [] : ["lxc.console.logfile = \(log)"]))
            try container.succeed("start", "--", "/bin/sleep", "1000")
            let supervisor = try ContainerSupervisor.find(container)
            let before = try ProcessUsage(of: supervisor)
            let flood = try container.inside(
                "yes 0123456789abcdef0123456789abcdef | head -c 48000000 > /dev/console; echo done", seconds: 60)
            #expect(flood.output == "done\n", "\(flood)")
            let after = try ProcessUsage(of: supervisor)
            #expect(after.privateDirty <= before.privateDirty + 512, "\(before) \(after)")
            guard kind != .user else { return }
            for file in [log, log + ".1"] { #expect(try FileStatus(of: file).size <= 128 << 10) }
        }
    }

    @Test("K10: a viewer who does not read hinders neither the supervisor nor, once gone, the container")
    func stalledViewer() throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, .privileged, config: ["lxc.console.buffer.size = 64KB"])
            try container.succeed("start", "--", "/bin/sleep", "1000")
            let supervisor = try ContainerSupervisor.find(container)
            let viewer = try fixture.onTerminal("console", "-n", container.name, "-t", "0")
            try viewer.expect("Connected to")
            let before = try ProcessUsage(of: supervisor)
            _ = try container.inside("(yes | head -c 600000 > /dev/console; : > /done) > /dev/null 2>&1 &")
            #expect(try !fixture.eventually(seconds: 2) { try FileStatus.ifPresent(container.rootfs + "/done") != nil })
            let info = try container.lxc("info", "-sH")
            #expect(info.output == "RUNNING\n" && info.duration < .seconds(3), "\(info)")
            #expect(try ProcessUsage(of: supervisor).privateDirty <= before.privateDirty + 512)
            try viewer.end()
            #expect(try fixture.eventually(seconds: 20) { try FileStatus.ifPresent(container.rootfs + "/done") != nil })
        }
    }

    @Test("K10: no more terminals than lxc.pty.max", arguments: ContainerKind.allCases)
    func numberOfTerminals(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, config: ["lxc.pty.max = 20"])
            try container.succeed("start")
            let script = "for i in $(seq 60); do (sleep 20 <> /dev/ptmx &) 2> /dev/null; done; sleep 0.5; ls /dev/pts | grep -c '^[0-9]'"
            let count = try container.inside(script + "; killall sleep")
            // The four of lxc.tty.max are on top.
            #expect(Int(count.lines.first ?? "").map { $0 >= 20 && $0 <= 24 } == true, "\(count)")
            #expect(try container.inside("echo fine").output == "fine\n")
        }
    }

    @Test("K10, K11: nothing is lost on a terminal, with a slow reader and a storm of window sizes", arguments: ContainerKind.allCases)
    func everythingArrives(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind)
            let data = container.rootfs + "/data"
            let made = try fixture.run(
                "/bin/sh", ["-c", "head -c 24000000 /dev/urandom | base64 > \(data); chmod 644 \(data); sha256sum < \(data)"])
            try container.succeed("start")
            let attach = container.words("attach", ["-n", container.name, "--", "/bin/cat", "/data"]).joined(separator: " ")
            let storm = "(sleep 0.3; for i in $(seq 2000); do kill -WINCH $tool 2> /dev/null || break; done)"
            let inner = "\(attach) & tool=$!; \(storm) & wait $tool"
            let reader = "(dd bs=1k count=2000 2> /dev/null; sleep 0.5; cat)"
            let script = "script -qec \"$1\" /dev/null < /dev/null | \(reader) | tr -d '\\r' | sha256sum"
            let result = try fixture.run("/bin/bash", ["-c", script, "bash", "bash -c '\(inner)'"], seconds: 60)
            #expect(result.output == made.output, "\(result)")
            print("K11: \(kind): 32 MB through a terminal in \(result.duration)")
        }
    }
}

/// The process that looks after a container.
enum ContainerSupervisor {
    /// Finds it as the parent of the container's init.
    static func find(_ container: AttackedContainer) throws -> Int32 {
        guard let parent = try container.initStatus().parent else { throw FixtureFailure("init of \(container.name) has no parent") }
        return parent
    }
}
