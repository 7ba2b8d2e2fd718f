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
        private(set) var lines: [String]

        init(_ container: AttackedContainer, _ tool: String, _ arguments: String...) throws {
            let fixture = container.fixture
            let report = fixture.lxcpath + "/phases"
            let words = container.words(tool, ["-n", container.name] + arguments)
            result = try fixture.run(fixture.compile("phases"), [report] + words, seconds: 60)
            lines = try WholeFile.text(report, limit: 64 << 20).split(separator: "\n").map(String.init)
        }

        func starting(with word: String) -> [String] { lines.filter { $0.hasPrefix(word + " ") } }

        /// Everything that root of the container's user namespace could reach, but in the named system calls.
        func reached(except calls: Set<Int> = []) -> [String] {
            (starting(with: "reached") + starting(with: "reached-caller")).filter { line in
                !(line.split(separator: " ").dropLast().last.flatMap { Int($0) }.map(calls.contains) ?? false)
            }
        }

        /// The same after the first process has become root of the container (call 117): until then that of an ordinary user, into
        /// which its supervisor has to look, is alone in its namespaces, and nobody whom the attacker stands for can be there.
        func reachedLater(except calls: Set<Int> = []) -> [String] {
            var later = self
            later.lines = Array(lines.drop { !$0.hasPrefix("holds 117 ") })
            return later.reached(except: calls)
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

    /// Root of the host looks into every process that it sees, so that there is nothing to hide from containers without ids of their own.
    private static let kinds = [ContainerKind.mapped, .user]

    private func hidden(_ fixture: ContainerFixture, _ kind: ContainerKind, _ config: [String] = []) throws -> AttackedContainer {
        try AttackedContainer(fixture, kind, hasShippedSettings: false, config: config)
    }

    /// E9: neither the first process nor the supervisor, at any step of a start, whoever init will be.
    @Test(arguments: [[], ["lxc.init.uid = 1000", "lxc.init.gid = 1000"]], kinds)
    func startIsHidden(config: [String], kind: ContainerKind) throws {
        try withContainers { fixture in
            let phases = try Phases(hidden(fixture, kind, config), "start", "-F", "--", "/bin/true")
            #expect(phases.isProof, "\(phases.result) \(phases.lines.suffix(3))")
            #expect((kind == .user ? phases.reachedLater() : phases.reached()) == [])
            #expect(phases.targets("keeps") == [])
        }
    }

    /// E5, E6: the supervisor's handles on the host's cgroups are closed in the first process long before it executes init (call 59).
    @Test func cgroupsAreNotHeldOpen() throws {
        try withContainers { fixture in
            let phases = try Phases(hidden(fixture, .mapped), "start", "-F", "--", "/bin/true")
            #expect(phases.isProof, "\(phases.result) \(phases.lines.suffix(3))")
            #expect(phases.targets("holds").contains { $0.hasPrefix("/sys/fs/cgroup") }, "they are not even there before")
            #expect(phases.targets("holds", at: 59).filter { $0.hasPrefix("/sys/fs/cgroup") } == [])
        }
    }

    @Test(arguments: kinds) func executeIsHidden(kind: ContainerKind) throws {
        try withContainers { fixture in
            let phases = try Phases(hidden(fixture, kind), "execute", "--", "/bin/true")
            #expect(phases.isProof, "\(phases.result) \(phases.lines.suffix(3))")
            #expect((kind == .user ? phases.reachedLater() : phases.reached()) == [])
            #expect(phases.targets("keeps") == [])
        }
    }

    /// E5: the attached process; a descriptor that is no standard stream is the socket to the tool, and ends before the program begins.
    @Test(arguments: [[], ["-u", "1000", "-g", "1000"]], kinds)
    func attachIsHidden(options: [String], kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try hidden(fixture, kind)
            try container.succeed("start")
            let phases =
                try options.isEmpty
                ? Phases(container, "attach", "--", "/bin/true")
                : Phases(container, "attach", "-u", "1000", "-g", "1000", "--", "/bin/true")
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
    @Test(arguments: kinds) func startIsHiddenAgainAfterTheIdsChange(kind: ContainerKind) throws {
        try withContainers { fixture in
            let sysctl = "/proc/sys/fs/suid_dumpable"
            let before = try WholeFile.text(sysctl)
            fixture.atEnd(sysctl) { try WholeFile.writeControl(sysctl, before) }
            try WholeFile.writeControl(sysctl, "1")
            let container = try hidden(fixture, kind, ["lxc.init.uid = 1000", "lxc.init.gid = 1000"])
            let changing: Set<Int> = [105, 106, 116, 117, 119, 157]
            let start = try Phases(container, "start", "-F", "--", "/bin/true")
            #expect(start.isProof, "\(start.result) \(start.lines.suffix(3))")
            #expect((kind == .user ? start.reachedLater(except: changing) : start.reached(except: changing)) == [])
            try container.succeed("start", "--", "/bin/sleep", "1000")
            let attach = try Phases(container, "attach", "--", "/bin/true")
            #expect(attach.isProof, "\(attach.result) \(attach.lines.suffix(3))")
            #expect(attach.reached(except: changing) == [])
        }
    }

    /// E9 from inside: the start hook is the container's own program, and the first process is still ours.
    @Test(arguments: ContainerKind.allCases) func startHookCannotLookIntoTheFirstProcess(kind: ContainerKind) throws {
        try withContainers { fixture in
            // Without ids of its own a container may look into everything, unless this is taken away; the names of descriptors, which
            // tell their numbers, are always root's.
            let rights = kind == .privileged ? ["lxc.cap.drop = sys_ptrace sys_admin perfmon"] : []
            let container = try hidden(fixture, kind, ["lxc.hook.start = /spy"] + rights)
            let spy = """
                #!/bin/sh
                for f in environ maps mem fd/0 fd/3 root cwd exe; do
                    { cat /proc/1/$f > /dev/null || readlink /proc/1/$f; } 2> /dev/null && echo "$f" >> /seen
                    { true > /proc/1/$f; } 2> /dev/null && echo "wrote $f" >> /seen
                done
                \(kind == .privileged ? "" : "ls /proc/1/fd 2> /dev/null >> /seen")
                head -c 1 /proc/self/environ > /dev/null && echo end >> /seen

                """
            try fixture.write(container.rootfs + "/spy", spy, mode: 0o755)
            _ = try fixture.run("/bin/chmod", ["777", container.rootfs])
            try container.succeed("start")
            #expect(try WholeFile.text(container.rootfs + "/seen") == "end\n")
        }
    }

    /// E5 as a race: root of the container traces, and takes descriptors from, whatever appears beside it. In this suite, one test of which
    /// lets the kernel show what it otherwise hides.
    @Test(arguments: ContainerKind.allCases) func attachedProcessCannotBeTracedBeforeItsProgram(kind: ContainerKind) throws {
        try withContainers { fixture in
            // Without ids of its own a container may trace everything, unless this is taken away.
            let container = try AttackedContainer(
                fixture, kind, hasShippedSettings: false, config: kind == .privileged ? ["lxc.cap.drop = sys_ptrace"] : [])
            try container.place("seize")
            let report = container.rootfs + "/report"
            try fixture.write(report, "", mode: 0o666)
            try container.succeed("start", "--", "/seize", "/report")
            let rounds = RaceRounds.count(few: 40, many: 1000)
            func words() throws -> [String] {
                try WholeFile.text(report).split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
            }
            // On a busy machine the attacker does not run whenever it would have to.
            let enough = rounds / 8
            var done = 0
            while try done < rounds || (done < 12 * rounds && words().dropFirst().first.flatMap { Int($0) } ?? 0 < enough) {
                try container.succeed("attach", "--", "/bin/true")
                done += 1
            }
            let words = try words()
            try #require(words.count == 6, "\(words)")
            #expect((Int(words[1]) ?? 0) >= enough, "the attacker met too few of \(done) processes: \(words)")
            #expect(Array(words[2...]) == ["seized", "0", "taken", "0"])
        }
    }
}
