// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// E5 and E9: while a process of ours is on its way into a container, nobody in the container can look into it.
///
/// The attacker `phases` stops the process at each of its system calls, and at each lets root of the container's user namespace,
/// with every capability in it, try. So no moment is missed, however short.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct HiddenProcessTests {
    /// What `phases` found.
    private struct Phases {
        let result: ToolResult
        let lines: [String]

        init(_ fixture: ContainerFixture, _ tool: String, _ arguments: [String]) throws {
            let report = fixture.lxcpath + "/phases"
            result = try fixture.run(
                fixture.compile("phases"), [report, fixture.installation.bin + "/lxc-" + tool, "-P", fixture.lxcpath] + arguments,
                seconds: 60)
            lines = try WholeFile.text(report, limit: 64 << 20).split(separator: "\n").map(String.init)
        }

        func starting(with word: String) -> [String] { lines.filter { $0.hasPrefix(word + " ") } }

        /// Everything that root of the container's user namespace could reach, but in the named system calls.
        func reached(except calls: Set<Int> = []) -> [String] {
            (starting(with: "reached") + starting(with: "reached-caller")).filter { line in
                !(line.split(separator: " ").dropLast().last.flatMap { Int($0) }.map(calls.contains) ?? false)
            }
        }

        /// Whether the attacker was able to see anything: it must reach all there is once the container's program runs.
        var isProof: Bool { result.code == 0 && lines.contains("executed 31") && (number("looked") ?? 0) > 30 }

        private func number(_ word: String) -> Int? { starting(with: word).last.flatMap { Int($0.dropFirst(word.count + 1)) } }

        /// Targets of descriptors above the standard streams; those at one system call, if it is given.
        func targets(_ word: String, at call: Int? = nil) -> Set<String> {
            Set(
                starting(with: word).compactMap { line in
                    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
                    guard words.count == 4, call == nil || Int(words[1]) == call else { return nil }
                    return (Int(words[2]) ?? 0) > 2 ? words[3] : nil
                })
        }
    }

    /// E9: neither the first process nor the supervisor, at any step of a start, whoever init will be.
    @Test(arguments: [[], ["lxc.init.uid = 1000", "lxc.init.gid = 1000"]])
    func startIsHidden(config: [String]) throws {
        try withContainers { fixture in
            let name = try fixture.mapped("hidden", config: config)
            let phases = try Phases(fixture, "start", ["-n", name, "-F", "--", "/bin/true"])
            #expect(phases.isProof, "\(phases.result) \(phases.lines.suffix(3))")
            #expect(phases.reached() == [])
            #expect(phases.targets("keeps") == [])
        }
    }

    /// E5, E6: the supervisor's handles on the host's cgroups are closed in the first process long before it executes init (call 59).
    @Test func cgroupsAreNotHeldOpen() throws {
        try withContainers { fixture in
            let name = try fixture.mapped("held")
            let phases = try Phases(fixture, "start", ["-n", name, "-F", "--", "/bin/true"])
            #expect(phases.isProof, "\(phases.result) \(phases.lines.suffix(3))")
            #expect(phases.targets("holds").contains { $0.hasPrefix("/sys/fs/cgroup") }, "they are not even there before")
            #expect(phases.targets("holds", at: 59).filter { $0.hasPrefix("/sys/fs/cgroup") } == [])
        }
    }

    @Test func executeIsHidden() throws {
        try withContainers { fixture in
            let name = try fixture.mapped("hidden")
            let phases = try Phases(fixture, "execute", ["-n", name, "--", "/bin/true"])
            #expect(phases.isProof, "\(phases.result) \(phases.lines.suffix(3))")
            #expect(phases.reached() == [])
            #expect(phases.targets("keeps") == [])
        }
    }

    /// E5: the attached process; a descriptor that is no standard stream is the socket to the tool, and ends before the program begins.
    @Test(arguments: [[], ["-u", "1000", "-g", "1000"]])
    func attachIsHidden(options: [String]) throws {
        try withContainers { fixture in
            let name = try fixture.mapped("hidden")
            try fixture.succeed("start", "-n", name)
            let phases = try Phases(fixture, "attach", ["-n", name] + options + ["--", "/bin/true"])
            #expect(phases.isProof, "\(phases.result) \(phases.lines.suffix(3))")
            #expect(phases.reached() == [])
            let held = phases.targets("holds")
            #expect(held.count == 1 && held.allSatisfy { $0.hasPrefix("socket:") }, "\(held)")
            #expect(phases.targets("keeps") == [])
        }
    }

    /// E9: with `fs.suid_dumpable = 1` the kernel shows a process again whenever its ids change (LXC's fix e5cc7a6be).
    ///
    /// The calls that change ids (106, 105, 117, 119, 116) and the prctl (157) right behind them cannot be spared.
    @Test func startIsHiddenAgainAfterTheIdsChange() throws {
        try withContainers { fixture in
            let sysctl = "/proc/sys/fs/suid_dumpable"
            let before = try WholeFile.text(sysctl)
            fixture.atEnd(sysctl) { try WholeFile.writeControl(sysctl, before) }
            try WholeFile.writeControl(sysctl, "1")
            let name = try fixture.mapped("hidden", config: ["lxc.init.uid = 1000", "lxc.init.gid = 1000"])
            let changing: Set<Int> = [105, 106, 116, 117, 119, 157]
            let start = try Phases(fixture, "start", ["-n", name, "-F", "--", "/bin/true"])
            #expect(start.isProof, "\(start.result) \(start.lines.suffix(3))")
            #expect(start.reached(except: changing) == [])
            try fixture.succeed("start", "-n", name, "--", "/bin/sleep", "1000")
            let attach = try Phases(fixture, "attach", ["-n", name, "--", "/bin/true"])
            #expect(attach.isProof, "\(attach.result) \(attach.lines.suffix(3))")
            #expect(attach.reached(except: changing) == [])
        }
    }

    /// E9 from inside: the start hook is the container's own program, and the first process is still ours.
    @Test func startHookCannotLookIntoTheFirstProcess() throws {
        try withContainers { fixture in
            let name = try fixture.mapped("hook", config: ["lxc.hook.start = /spy"])
            let spy = """
                #!/bin/sh
                for f in environ maps mem fd/0 fd/3 root cwd exe; do
                    { cat /proc/1/$f > /dev/null || readlink /proc/1/$f; } 2> /dev/null && echo "$f" >> /seen
                    { true > /proc/1/$f; } 2> /dev/null && echo "wrote $f" >> /seen
                done
                ls /proc/1/fd 2> /dev/null >> /seen
                head -c 1 /proc/self/environ > /dev/null && echo end >> /seen

                """
            try fixture.write(fixture.rootfs(name) + "/spy", spy, mode: 0o755)
            try fixture.own(name)
            try fixture.succeed("start", "-n", name)
            #expect(try WholeFile.text(fixture.rootfs(name) + "/seen") == "end\n")
        }
    }
}
