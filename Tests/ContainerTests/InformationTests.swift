// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-info, lxc-ls, lxc-cgroup, lxc-wait and lxc-monitor, beside Debian's on the same containers.
@Suite(.needsRoot) struct InformationTests {
    private static let questions: [[String]] = [
        ["info", "-s"], ["info", "-p"], ["info", "-pH"], ["info", "-sH"], ["info", "-i"], ["info", "-c", "lxc.uts.name"],
        ["info", "-c", "lxc.cap.drop"], ["info", "-H", "-c", "lxc.uts.name"], ["info", "-c", "lxc.group"], ["info", "-H", "-S"],
        ["cgroup", "memory.limit_in_bytes"], ["cgroup", "cpu.shares"],
    ]
    private static let listings: [[String]] = [
        [], ["-1"], ["-f"], ["-f", "-F", "name,state,pid,interface,groups,ipv4,ipv6,autostart,unprivileged"], ["--active"], ["--stopped"],
        ["--frozen"],
        ["-g", "one,two"], ["-g", "one,three"], ["--filter", "^a"], ["--defined"],
    ]

    /// Two containers, the first of which runs under a supervisor of ours or of Debian's.
    private func withTwo(startedByPeer: Bool, _ body: (ContainerFixture, String) throws -> Void) throws {
        try withContainers { fixture in
            let name = try fixture.busybox(
                "a", config: ["lxc.group = one", "lxc.group = two", "lxc.start.auto = 1", "lxc.net.0.type = empty"])
            _ = try fixture.busybox("b")
            let started = startedByPeer ? try fixture.peer("start", "-n", name) : try fixture.lxc("start", "-n", name)
            #expect(started.code == 0, "\(started)")
            // Until its init has started everything, the numbers change between two questions.
            Pause.milliseconds(300)
            try body(fixture, name)
        }
    }

    @Test(.needsPeerLXC, arguments: [false, true]) func answersLikeDebiansTools(startedByPeer: Bool) throws {
        try withTwo(startedByPeer: startedByPeer) { fixture, name in
            for question in Self.questions {
                let arguments = ["-P", fixture.lxcpath, "-n", name] + question.dropFirst()
                let ours = try fixture.run(fixture.installation.bin + "/lxc-" + question[0], arguments)
                let theirs = try fixture.run("/usr/bin/lxc-" + question[0], arguments)
                #expect(ours.code == theirs.code, "\(question)")
                if question.contains("-S") {
                    #expect(ours.lines.map { $0.prefix(14) } == theirs.lines.map { $0.prefix(14) }, "\(question)")
                } else {
                    #expect(ours.output == theirs.output, "\(question)")
                }
            }
            for listing in Self.listings {
                let ours = try fixture.run(fixture.installation.bin + "/lxc-ls", ["-P", fixture.lxcpath] + listing)
                let theirs = try fixture.run("/usr/bin/lxc-ls", ["-P", fixture.lxcpath] + listing)
                #expect(ours.output == theirs.output, "\(listing)")
            }
        }
    }

    @Test(.needsPeerLXC) func addressesAndLinksAreThoseInside() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("net")
            try fixture.append(
                name,
                [
                    "lxc.net =", "lxc.net.0.type = veth", "lxc.net.0.flags = up", "lxc.net.0.ipv4.address = 10.201.7.9/24",
                    "lxc.net.0.ipv6.address = fd00:201::9/64",
                ])
            #expect(try fixture.peer("start", "-n", name).code == 0)
            #expect(try fixture.lxc("info", "-n", name, "-iH").lines == ["10.201.7.9", "fd00:201::9"])
            let links = try fixture.lxc("info", "-n", name, "-SH").lines.filter { $0.hasPrefix("Link:") }
            let theirs = try fixture.peer("info", "-n", name, "-SH").lines.filter { $0.hasPrefix("Link:") }
            #expect(links == theirs)
            #expect(links.count == 1)
        }
    }

    @Test func aHangingSupervisorDoesNotHideTheOthers() throws {
        try withTwo(startedByPeer: false) { fixture, name in
            let supervisor = try ProcessStatus.read(process: "\(fixture.initPID(name))").parent ?? 0
            try PidFD(supervisor).send(19)
            defer { try? PidFD(supervisor).send(18) }  // it ends with the test in any case
            let result = try fixture.lxc("ls", "-f", seconds: 10)
            #expect(result.code == 0)
            #expect(result.lines.count == 3)
            #expect(result.duration < .seconds(5))
        }
    }

    @Test func containersWithoutConfigurationAreListedWhileTheyRun() throws {
        try withTwo(startedByPeer: false) { fixture, name in
            try HostPath.rename(fixture.folder(name) + "/config", to: fixture.folder(name) + "/away")
            #expect(try fixture.lxc("ls", "-1").lines.contains(name))
            #expect(try !fixture.lxc("ls", "-1", "--defined").lines.contains(name))
            #expect(try fixture.lxc("info", "-n", name, "-sH").output == "RUNNING\n")
            try HostPath.rename(fixture.folder(name) + "/away", to: fixture.folder(name) + "/config")
        }
    }

    @Test func controlFilesAreReadAndWritten() throws {
        try withTwo(startedByPeer: false) { fixture, name in
            #expect(try fixture.lxc("cgroup", "-n", name, "nosuch.file").code == 1)
            let procs = try fixture.lxc("cgroup", "-n", name, "cgroup.procs")
            #expect(procs.code == 0, "\(procs)")
            let stopped = try fixture.lxc("cgroup", "-n", fixture.name("b"), "memory.max")
            #expect(stopped.code == 1 && stopped.error.contains("is not running"))
        }
    }

    @Test func waitingEndsWithTheState() throws {
        try withTwo(startedByPeer: false) { (fixture: ContainerFixture, name: String) throws in
            #expect(try fixture.lxc("wait", "-n", name, "-s", "STOPPED|RUNNING").code == 0)
            #expect(try fixture.lxc("wait", "-n", name, "-s", "STOPPED", "-t", "0").code == 1)
            #expect(try fixture.lxc("wait", "-n", fixture.name("nothing"), "-s", "STOPPED").code == 0)
        }
    }

    @Test func theMonitorShowsARun() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("shown")
            let log = fixture.lxcpath + "/events"
            let path = fixture.installation.bin + "/lxc-monitor"
            let output = try OwnedDescriptor(opening: log, [.writeOnly, .create], mode: 0o600)
            var launch = ProgramLaunch(
                .path(path), arguments: [path, "-P", fixture.lxcpath, "-n", name], environment: ProcessEnvironment.lines)
            launch.descriptors = [(output.number, 1)]
            launch.diesWithParent = true
            let monitor = try PidFD(try launch.start().pid)
            #expect(try fixture.eventually { try WholeFile.text("/proc/net/unix").contains(fixture.lxcpath) })
            Pause.milliseconds(100)
            try fixture.succeed("start", "-n", name)
            try fixture.succeed("stop", "-k", "-n", name)
            let wanted = [
                "changed state to [STARTING]", "changed state to [RUNNING]", "exited with status [0]", "changed state to [STOPPING]",
                "changed state to [STOPPED]",
            ]
            #expect(try fixture.eventually { try WholeFile.text(log).split(separator: "\n").count >= wanted.count })
            #expect(try WholeFile.text(log) == wanted.map { "'\(name)' \($0)\n" }.joined())
            try fixture.succeed("monitor", "-Q")
            let hasEnded = monitor.waitForEnd(milliseconds: 5000)
            let status = try monitor.collect()
            #expect(hasEnded && status == .exited(1))
        }
    }

    @Test func nestedContainersAreFound() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("outer", config: ["lxc.uts.name = outer"])
            let prefix = fixture.installation.prefix
            let inside = fixture.rootfs(name) + prefix
            try DirectoryHandle(opening: "/").makeDirectories(String(inside.dropFirst()))
            // Not what other tests change at this moment: run and var.
            let copied = try fixture.run(
                "/bin/cp", ["-a"] + ["bin", "etc", "lib", "libexec", "sbin", "share"].map { prefix + "/" + $0 } + [inside])
            #expect(copied.code == 0, "\(copied)")
            try fixture.write(inside + "/var/lib/lxc/inner/config", "lxc.group = deep\n")
            try fixture.write(inside + "/var/lib/lxc/ev\u{1B}[31mil/config", "")
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.lxc("ls", "--nesting", "-1").lines == [name, name + "/inner"])
            #expect(try fixture.lxc("ls", "--nesting", "-f", "-F", "name,state,groups").lines.last?.hasPrefix("\\inner") == true)
            #expect(try fixture.lxc("ls", "--nesting", "-1", "-g", "deep").output == "")
        }
    }
}
