// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// `lxc.seccomp.notify.*`: system calls that a program outside of the container decides (K16).
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc")) struct SystemCallDecisionTests {
    private static let policy = "2\ndenylist\nmkdir notify\nmkdirat notify\n"

    /// A container whose calls of mkdir are decided by the program at `socket`; nil for none.
    private func container(
        _ fixture: ContainerFixture, _ kind: ContainerKind = .privileged, socket: String?, policy: String = policy
    ) throws -> AttackedContainer {
        try fixture.write(fixture.lxcpath + "/policy", policy)
        let proxy = socket.map { ["lxc.seccomp.notify.proxy = unix:\($0)", "lxc.seccomp.notify.cookie = chocolate"] } ?? []
        return try AttackedContainer(
            fixture, kind, hasShippedSettings: false, config: ["lxc.seccomp.profile = \(fixture.lxcpath)/policy"] + proxy)
    }

    private func decide(_ fixture: ContainerFixture, _ mode: String...) throws -> BackgroundProgram {
        let program = try fixture.attack("decide", [fixture.lxcpath + "/decide"] + mode)
        // For the monitor of an ordinary user.
        _ = try fixture.run("/bin/chmod", ["0777", fixture.lxcpath + "/decide"])
        return program
    }

    @Test("K16: another program refuses, performs or lets pass a call", arguments: ContainerKind.allCases)
    func decisions(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try container(fixture, kind, socket: fixture.lxcpath + "/decide")
            let passing = try decide(fixture, "continue")
            try container.succeed("start")
            try container.succeed("attach", "--", "/bin/mkdir", "/tmp/passed")
            #expect(try FileStatus.ifPresent(container.rootfs + "/tmp/passed")?.kind == .directory)
            let line = try #require(try passing.lines.last)
            let monitor = try #require(try container.initStatus().parent)
            #expect(line.hasPrefix("call 83 of mkdir monitor \(monitor) init \(try container.initPID()) sizes 80 24 64 whole 1"))
            #expect(line.hasSuffix("cookie chocolate answered 1"), "\(line)")
            try passing.stop()

            let refusing = try decide(fixture, "errno", "30")
            let refused = try container.lxc("attach", "--", "/bin/mkdir", "/tmp/refused")
            #expect(refused.code == 1 && refused.error.contains("Read-only file system"), "\(refused)")
            try refusing.stop()

            let making = try decide(fixture, "make")
            try container.succeed("attach", "--", "/bin/mkdir", "/tmp/made")
            // By root of the host, and not by the caller.
            #expect(try FileStatus.ifPresent(container.rootfs + "/tmp/made")?.owner == 0)
            try making.stop()
        }
    }

    @Test(
        "K16: without a decision a call fails, and the next one is brought before the program that is back",
        arguments: ["leave", "nonsense"]
    )
    func unfit(mode: String) throws {
        try withContainers { fixture in
            let container = try container(fixture, socket: fixture.lxcpath + "/decide")
            let first = try decide(fixture, "continue")
            try container.succeed("start")
            try first.stop()
            for program in try [nil, decide(fixture, mode)] {
                let made = try container.lxc("attach", "--", "/bin/mkdir", "/tmp/x")
                #expect(made.code == 1 && made.error.contains("Function not implemented"), "\(made)")
                try program?.stop()
            }
            _ = try decide(fixture, "continue")
            try container.succeed("attach", "--", "/bin/mkdir", "/tmp/x")
        }
    }

    @Test("K16: a program that dies while a call waits does not leave it waiting") func death() throws {
        try withContainers { fixture in
            let container = try container(fixture, socket: fixture.lxcpath + "/decide")
            let silent = try decide(fixture, "continue")
            try container.succeed("start")
            try silent.stop()
            let second = try decide(fixture, "silent")
            let words = container.words("attach", ["-n", container.name, "--", "/bin/mkdir", "/tmp/x"])
            let waiting = try BackgroundProgram(words[0], Array(words.dropFirst()), environment: ProcessEnvironment.lines)
            fixture.atEnd("the call that waits") { try waiting.stop() }
            #expect(try fixture.eventually { try second.output.contains("of mkdir") })
            #expect(waiting.isRunning)
            try second.stop()
            #expect(try waiting.wait() == .exited(1))
            let output = try waiting.output
            #expect(output.contains("Function not implemented"))
        }
    }

    @Test("K16: a thousand calls that wait can be killed, and leave nothing", arguments: ContainerKind.allCases)
    func manyWait(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try container(fixture, kind, socket: fixture.lxcpath + "/decide")
            let first = try decide(fixture, "continue")
            try container.succeed("start")
            try first.stop()
            let silent = try decide(fixture, "silent")
            let script = "for i in $(seq 1000); do mkdir /tmp/$i & done; echo all; wait"
            let words = container.words("attach", ["-n", container.name, "--", "/bin/sh", "-c", script])
            let crowd = try BackgroundProgram(words[0], Array(words.dropFirst()), environment: ProcessEnvironment.lines)
            fixture.atEnd("the crowd") { try crowd.stop() }
            #expect(try fixture.eventually(seconds: 30) { try crowd.output.contains("all") && silent.output.contains("of mkdir") })
            // Others are served meanwhile.
            #expect(try container.lxc("info", "-s").output.contains("RUNNING"))
            let limit = MonotonicInstant.now + .seconds(5)
            try container.succeed("stop", "-k")
            #expect(!limit.hasPassed)
            _ = try crowd.wait()
            #expect(try container.lxc("info", "-s").output.contains("STOPPED"))
        }
    }

    @Test func theStartIsDecidedToo() throws {
        try withContainers { fixture in
            let policy = Self.policy + "execve notify\nsetsid notify\nmount notify\n"
            let container = try container(fixture, socket: "@\(fixture.lxcpath)/decide", policy: policy)
            let program = try fixture.attack("decide", ["@\(fixture.lxcpath)/decide", "continue"])
            try container.succeed("start")
            let output = try program.output
            #expect(output.contains("call 59 of lxc"), "\(output)")
        }
    }

    @Test func withoutAProgramEveryCallFails() throws {
        try withContainers { fixture in
            let container = try container(fixture, socket: nil)
            try container.succeed("start")
            let made = try container.lxc("attach", "--", "/bin/mkdir", "/tmp/x")
            #expect(made.code == 1 && made.error.contains("Function not implemented"), "\(made)")
        }
    }

    @Test func aProgramThatIsNotThereFailsTheStart() throws {
        try withContainers { fixture in
            let container = try container(fixture, socket: fixture.lxcpath + "/nobody")
            let started = try container.lxc("start")
            #expect(started.code == 1)
            for word in ["/nobody", "no such file or directory", "\(container.folder)/config:", "start that program first"] {
                #expect(started.error.contains(word), "\(word): \(started)")
            }
        }
    }

    @Test func aPolicyThatWouldStopItsLoaderIsRefused() throws {
        try withContainers { fixture in
            let container = try container(fixture, socket: nil, policy: "2\ndenylist\nmkdir notify\nsendmsg notify\n")
            let started = try container.lxc("start")
            #expect(started.code == 1 && started.error.contains("/policy:4") && started.error.contains("allow sendmsg"), "\(started)")
        }
    }
}
