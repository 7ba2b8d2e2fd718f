// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Hooks: order, place, arguments and environment.
@Suite(.needsRoot) struct HookTests {
    /// The example of the seed, as written: `arguments: p1 lxc pre-start` and the four variables.
    @Test("S1.52 S2.19 to S2.22 S3.04: the seed's pre-start hook prints arguments and variables")
    func preStartHookOfTheSeedPrintsItsArgumentsAndVariables() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("p1", config: ["lxc.net.0.type = empty"])
            let output = fixture.lxcpath + "/test"
            let script = fixture.folder(name) + "/pre-start.sh"
            try fixture.write(
                script, "#!/bin/sh\necho \"arguments: $*\" > \(output)\necho \"environment:\" >> \(output)\nenv | grep LXC >> \(output)\n",
                mode: 0o755)
            try fixture.append(name, ["lxc.hook.pre-start = \(script)"])
            try fixture.succeed("start", "-n", name)
            let lines = try WholeFile.text(output).split(separator: "\n").map(String.init)
            #expect(lines.first == "arguments: \(name) lxc pre-start")
            for expected in [
                "LXC_ROOTFS_MOUNT=\(fixture.installation.prefix)", "LXC_CONFIG_FILE=\(fixture.folder(name))/config",
                "LXC_ROOTFS_PATH=\(fixture.rootfs(name))", "LXC_NAME=\(name)",
            ] {
                #expect(lines.contains { $0.hasPrefix(expected) }, "\(expected) in \(lines)")
            }
            #expect(!lines.contains { $0.hasPrefix("LXC_SUPERVISOR") })
        }
    }

    @Test("S1.50 S2.09 to S2.16 S2.18 S3.02: every hook runs, in order") func everyHookRunsInOrder() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("order", config: ["lxc.net.0.type = empty"])
            let log = fixture.lxcpath + "/order"
            try fixture.write(log, "")
            let early = ["pre-start", "pre-mount", "mount", "autodev"]
            var config = early.map { "lxc.hook.\($0) = echo \($0) $LXC_HOOK_TYPE >> \(log); true" }
            // The start hook runs inside: what it writes is found in the root filesystem.
            config += ["lxc.hook.start = echo start > /started; true"]
            config += ["start-host", "stop", "post-stop"].map { "lxc.hook.\($0) = echo \($0) $LXC_TARGET $LXC_PID >> \(log); true" }
            config += ["lxc.hook.pre-start = echo second >> \(log); true"]
            try fixture.append(name, config)
            try fixture.succeed("start", "-n", name)
            let pid = try fixture.initPID(name)
            try fixture.succeed("stop", "-n", name, "-k")
            let lines = try WholeFile.text(log).split(separator: "\n").map { $0.trimmingSpaces() }
            #expect(
                lines == [
                    "pre-start", "second", "pre-mount", "mount", "autodev", "start-host \(pid)", "stop stop \(pid)",
                    "post-stop stop \(pid)",
                ], "\(lines)")
            #expect(try WholeFile.text(fixture.rootfs(name) + "/started") == "start\n")
        }
    }

    @Test func versionOneHooksGetTheEnvironmentInsteadOfArguments() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("v1", config: ["lxc.net.0.type = empty", "lxc.hook.version = 1"])
            let log = fixture.lxcpath + "/v1"
            try fixture.append(name, ["lxc.hook.stop = sh -c 'echo \"$#\" $LXC_HOOK_TYPE $LXC_HOOK_SECTION $LXC_MNT_NS > \(log)' stop"])
            try fixture.succeed("start", "-n", name)
            try fixture.succeed("stop", "-n", name, "-k")
            let words = try WholeFile.text(log).split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
            #expect(Array(words.prefix(3)) == ["0", "stop", "lxc"])
            #expect(words.last?.hasPrefix("/proc/") == true, "\(words)")
        }
    }

    /// S2.31: a hook may make the root filesystem itself.
    @Test("S2.31 S3.06: a pre-start hook may mount the root filesystem") func preStartHookMayMountTheRootFilesystem() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("made", config: ["lxc.net.0.type = empty"])
            let source = fixture.lxcpath + "/source"
            _ = try fixture.run("/bin/mv", [fixture.rootfs(name), source])
            let script = fixture.folder(name) + "/pre-start.sh"
            try fixture.write(
                script,
                "#!/bin/sh\nset -e\nmkdir -p $LXC_ROOTFS_PATH\nmount -n -t tmpfs tmpfs-\(fixture.tag) $LXC_ROOTFS_PATH\ncp -a \(source)/. $LXC_ROOTFS_PATH\n",
                mode: 0o755)
            try fixture.append(name, ["lxc.hook.pre-start = \(script)", "lxc.hook.post-stop = umount $LXC_ROOTFS_PATH #"])
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.state(name) == "RUNNING")
            try fixture.succeed("stop", "-n", name, "-k")
        }
    }

    /// A second request to end, or a signal for the supervisor, must not kill the hooks of the end that is under way.
    @Test(arguments: ["stop", "post-stop"]) func theHooksOfTheEndAreNotCutShort(hook: String) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("late", config: ["lxc.net.0.type = empty"])
            let place = fixture.lxcpath + "/hook"
            let script = fixture.folder(name) + "/hook.sh"
            try fixture.write(
                script, "#!/bin/sh\n> \(place).begun\nwhile [ ! -e \(place).go ]; do sleep 0.01; done\n> \(place).done\n", mode: 0o755)
            try fixture.append(name, ["lxc.hook.\(hook) = \(script)"])
            try fixture.succeed("start", "-n", name)
            let supervisor = try #require(try fixture.supervisor(name))
            let stop = try fixture.begin("stop", "-n", name, "-k")
            #expect(try fixture.eventually { try FileStatus.ifPresent(place + ".begun") != nil })
            try PidFD(supervisor).send(15)
            #expect(try fixture.eventually { try WholeFile.text("/proc/\(supervisor)/status").contains("ShdPnd:\t0000000000000000\n") })
            try fixture.write(place + ".go", "")
            #expect(try stop.wait().shellCode == 0)
            #expect(try FileStatus.ifPresent(place + ".done") != nil)
        }
    }

    /// Whoever comes while a supervisor is still at its hooks waits for it instead of doing its work a second time.
    @Test(arguments: ["a run", "a failed start"]) func theHooksOfASlowEndRunOnce(after: String) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("slow", config: ["lxc.net.0.type = empty"])
            let place = fixture.lxcpath + "/hook"
            let script = fixture.folder(name) + "/hook.sh"
            try fixture.write(
                script, "#!/bin/sh\necho >> \(place).begun\nwhile [ ! -e \(place).go ]; do sleep 0.01; done\n", mode: 0o755)
            try fixture.append(name, ["lxc.hook.post-stop = \(script)"])
            if after == "a run" {
                try fixture.succeed("start", "-n", name)
                try fixture.kill(fixture.initPID(name))
            } else {
                // Fails the first time, and not when the end has been allowed to go on.
                try fixture.append(name, ["lxc.hook.pre-start = test -e \(place).go #"])
                _ = try fixture.begin("start", "-n", name)
            }
            #expect(try fixture.eventually { try FileStatus.ifPresent(place + ".begun") != nil })
            let start = try fixture.begin("start", "-n", name)
            // Its supervisor has taken the name, and reads the journal.
            #expect(try fixture.eventually { try fixture.supervisors(name).count == 2 })
            #expect(try fixture.eventually { try WholeFile.text("/proc/net/unix").contains("@\(fixture.lxcpath)/\(name)/command\n") })
            try fixture.write(place + ".go", "")
            #expect(try start.wait().shellCode == 0)
            #expect(try WholeFile.text(place + ".begun") == "\n")
        }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
