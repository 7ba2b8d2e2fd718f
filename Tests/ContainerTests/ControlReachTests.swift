// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Who can command a container: the socket of its supervisor can be reached by everybody in the same network namespace.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct ControlReachTests {
    /// Lines of the attacker `ask`: each command must have been refused on each socket, and there must have been one.
    private func expectRefusals(_ result: ToolResult) {
        let lines = result.lines
        #expect(result.code == 0 && lines.count > 28, "\(result)")
        // -1 is EPERM; a number that is no command is answered before anybody looks who asks.
        let answered = lines.dropLast().filter { !$0.hasSuffix(" -1") && !$0.hasSuffix(" closed") && !$0.hasSuffix(" 27 -38") }
        #expect(answered == [], "\(answered)")
        #expect(lines.count { $0.hasSuffix(" -1") } >= 20, "\(result)")
    }

    @Test(
        "N9: root of a container in the host's network commands neither its own supervisor nor another's",
        arguments: [ContainerKind.privileged, .mapped])
    func hostNetwork(kind: ContainerKind) throws {
        try withContainers { fixture in
            let other = try fixture.busybox("other", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", other)
            let shared = ["lxc.net =", "lxc.net.0.type = none"] + (kind == .mapped ? ["lxc.mount.auto =", "lxc.mount.auto = proc"] : [])
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false, config: shared)
            try container.place("ask")
            try container.succeed("start")
            let result = try container.inside("/ask \(fixture.tag)")
            #expect(result.lines.last == "sockets 2", "\(result)")
            expectRefusals(result)
            #expect(try fixture.state(other) == "RUNNING" && fixture.state(container.name) == "RUNNING")
        }
    }

    @Test("N9: how C LXC does", .needsPeerLXC) func hostNetworkUnderCLXC() throws {
        try withContainers { fixture in
            let other = try fixture.busybox("other", config: ["lxc.net.0.type = empty"])
            #expect(try fixture.peer("start", "-n", other).code == 0)
            let container = try AttackedContainer(
                fixture, .privileged, hasShippedSettings: false, config: ["lxc.net =", "lxc.net.0.type = none"])
            try container.place("ask")
            #expect(try fixture.peer("start", "-n", container.name).code == 0)
            let result = try fixture.peer("attach", "-n", container.name, "--", "/ask", other)
            let granted = result.lines.dropLast().count { !$0.hasSuffix(" -1") && !$0.hasSuffix(" closed") }
            let survives = try fixture.peer("info", "-n", other, "-sH").output == "RUNNING\n"
            print("C LXC | N9 | \(granted) of 28 commands answered, the other container \(survives ? "runs on" : "was stopped")")
            for name in [container.name, other] { _ = try fixture.peer("stop", "-k", "-n", name) }
        }
    }

    @Test("N12: a process is not taken for a supervisor because of its title", arguments: ContainerKind.allCases)
    func title(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind)
            try container.place("title")
            let other: String
            if container.world == nil {
                other = try fixture.busybox("other", config: ["lxc.net.0.type = empty"])
            } else {
                other = "other"
                let made = container.words("create", ["-n", other, "-t", "busybox"])
                #expect(try fixture.run(made[0], Array(made.dropFirst())).code == 0)
            }
            try container.succeed("start")
            let spoof = container.words(
                "attach", ["-n", container.name, "--", "/title", "[lxc monitor] \(container.lxcpath) \(other)"])
            let process = try fixture.background(spoof[0], Array(spoof.dropFirst()))
            func tool(_ name: String, _ arguments: String...) throws -> ToolResult {
                let words = container.words(name, arguments)
                return try fixture.run(words[0], Array(words.dropFirst()))
            }
            #expect(try tool("info", "-n", other, "-sH").output == "STOPPED\n")
            #expect(try tool("ls", "-1", "--running").output == container.name + "\n")
            #expect(try tool("stop", "-k", "-n", other).code != 0)
            #expect(process.isRunning)
            #expect(try tool("destroy", "-n", other).code == 0)
        }
    }

    @Test("N13: another user has no say, whatever the folders' modes") func otherUser() throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, .user)
            let world = try #require(container.world)
            let (user, other) = (UserWorld.first, UserWorld.second)
            try container.succeed("start")
            let path = world.containers(of: user)
            let opened = try fixture.run(
                "/bin/sh",
                ["-c", "chmod 755 \(world.home(of: user)); cd \(world.home(of: user)); chmod 755 .local .local/share .local/share/lxc"])
            #expect(opened.code == 0, "\(opened)")
            let ask = try fixture.compile("ask")
            expectRefusals(try world.run(as: other, ask, container.lxcpath))
            for words in [
                ["stop", "-k"], ["freeze"], ["unfreeze"], ["attach"], ["console", "-t", "0"], ["cgroup", "cgroup.procs"], ["snapshot"],
                ["destroy", "-f"], ["device", "add", "/dev/null"], ["start"],
            ] {
                let tool = [fixture.installation.bin + "/lxc-" + words[0], "-P", path, "-n", container.name] + words.dropFirst()
                let result = try fixture.run("/usr/bin/nsenter", world.command(as: other, tool))
                #expect(result.code != 0, "\(result)")
            }
            #expect(try container.succeed("info", "-sH").output == "RUNNING\n")
        }
    }
}
