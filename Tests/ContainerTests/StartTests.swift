// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// What a started container sees, looked at from inside by a probe that is its init or runs under it.
@Suite(.needsRoot) struct StartTests {
    private func probe(_ fixture: ContainerFixture, _ name: String, _ arguments: String...) throws -> ProbeReport {
        try ProbeProgram.install(in: fixture.rootfs(name))
        let report = fixture.rootfs(name) + "/report"
        let result = try fixture.run(
            fixture.installation.bin + "/lxc-start",
            ["-P", fixture.lxcpath, "-n", name] + arguments + ["--", "/probe", "/report", "/bin/sleep", "1000"],
            environment: ["SECRET=host"])
        #expect(result.code == 0, "\(result)")
        #expect(try fixture.eventually { try FileStatus.ifPresent(report) != nil })
        return try ProbeReport(at: report)
    }

    @Test func initSeesItsOwnWorldOnly() throws {
        try withContainers { fixture in
            let name = try fixture.busybox(
                "world", config: ["lxc.uts.name = inside", "lxc.environment = COLOUR=blue", "lxc.net.0.type = empty"])
            let report = try probe(fixture, name)
            #expect(report["hostname"] == ["inside"])
            #expect(report.environment["COLOUR"] == "blue")
            #expect(report.environment["container"] == "lxc")
            #expect(report.environment["SECRET"] == nil)
            #expect(report["root"] == ["/"] && report["directory"] == ["/"])
            #expect(report["interfaces"] == ["lo"])
            // The shell reads its script through a descriptor of its own.
            let others = report.descriptors.filter { $0.key > 2 && $0.value != "/probe" }
            #expect(others.isEmpty, "\(report.descriptors)")
            let own = try fixture.run("/bin/sh", ["-c", "for n in /proc/self/ns/*; do echo ${n##*/} $(readlink $n); done"]).lines
            for kind in ["mnt", "pid", "uts", "ipc", "net", "cgroup"] {
                #expect(!own.contains("\(kind) \(report.namespaces[kind] ?? "")"), "the \(kind) namespace is the host's")
            }
            #expect(own.contains("user \(report.namespaces["user"] ?? "")"))
        }
    }

    @Test func mountsHaveTheirProtection() throws {
        try withContainers { fixture in
            let name = try fixture.busybox(
                "mounts", config: ["lxc.net.0.type = empty", "lxc.mount.auto =", "lxc.mount.auto = proc:mixed sys:mixed"])
            let report = try probe(fixture, name)
            #expect(report.mount(on: "/proc")?.type == "proc")
            #expect(report.mount(on: "/proc/sys")?.options.contains("ro") == true)
            #expect(report.mount(on: "/proc/sys/net")?.options.contains("rw") == true)
            // Kernels without SysRq have no such file.
            if try FileStatus.ifPresent("/proc/sysrq-trigger") != nil {
                #expect(report.mount(on: "/proc/sysrq-trigger")?.options.contains("ro") == true)
            }
            #expect(report.mount(on: "/sys")?.options.contains("ro") == true)
            #expect(report.mount(on: "/sys/devices/virtual/net")?.options.contains("rw") == true)
            #expect(report.mount(on: "/dev")?.type == "tmpfs")
            #expect(report.mount(on: "/dev/pts")?.type == "devpts")
        }
    }

    @Test(
        "K13: init inherits no capability",
        arguments: [
            (["lxc.cap.drop ="], "0"), (["lxc.cap.drop =", "lxc.cap.keep = chown"], "1"), (["lxc.cap.drop =", "lxc.cap.keep = none"], "0"),
        ])
    func inheritableCapabilitiesAreEmpty(config: [String], bounding: String) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("caps", config: ["lxc.net.0.type = empty"] + config)
            let report = try probe(fixture, name)
            #expect(report.status("CapInh").flatMap { UInt64($0, radix: 16) } == 0)
            #expect(report.status("CapAmb").flatMap { UInt64($0, radix: 16) } == 0)
            if config.count > 1 {
                #expect(report.status("CapBnd").flatMap { UInt64($0, radix: 16) } == UInt64(bounding))
            }
        }
    }

    /// The masks are those of the numbers in capabilities(7): 2^16 is sys_module, 2^25 sys_time, 2^0 chown, 2^18 sys_chroot.
    private static let masks: [(config: [String], missing: UInt64, present: UInt64)] = [
        (["lxc.cap.drop = sys_module sys_time"], 0x201_0000, 0),
        (["lxc.cap.drop =", "lxc.cap.keep = chown sys_chroot"], ~0x4_0001, 0x4_0001),
    ]

    @Test(
        "S1.80 S1.81: processes lack what is dropped, or have only what is kept",
        arguments: masks)
    func capabilities(config: [String], missing: UInt64, present: UInt64) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("caps", config: ["lxc.net.0.type = empty"] + config)
            let report = try probe(fixture, name)
            for set in ["CapBnd", "CapEff", "CapPrm"] {
                let value = try #require(report.status(set).flatMap { UInt64($0, radix: 16) })
                #expect(value & missing == 0 && value & present == present, "\(set): \(value)")
            }
        }
    }

    @Test func privilegesLimitsAndSysctlsAreAsConfigured() throws {
        try withContainers { fixture in
            let name = try fixture.busybox(
                "limits",
                config: [
                    "lxc.net.0.type = empty", "lxc.no_new_privs = 1", "lxc.prlimit.nofile = 321:654", "lxc.sysctl.net.ipv4.ip_forward = 1",
                    "lxc.proc.oom_score_adj = 77", "lxc.init.cwd = /var/made/here",
                ])
            let report = try probe(fixture, name)
            #expect(report.status("NoNewPrivs") == "1")
            #expect(report["limits"].contains { $0.hasPrefix("Max open files") && $0.contains("321") && $0.contains("654") })
            #expect(report["directory"] == ["/var/made/here"])
            let pid = try fixture.initPID(name)
            #expect(try WholeFile.text("/proc/\(pid)/oom_score_adj") == "77\n")
            let forward = try fixture.run("/usr/bin/nsenter", ["-t", "\(pid)", "-n", "cat", "/proc/sys/net/ipv4/ip_forward"])
            #expect(forward.output == "1\n")
        }
    }

    @Test func mappedContainerIsRootOnlyInside() throws {
        try withContainers { fixture in
            let name = try fixture.busybox(
                "mapped", config: ["lxc.net.0.type = empty", "lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"])
            _ = try fixture.run("/bin/chown", ["-R", "100000:100000", fixture.folder(name)])
            let report = try probe(fixture, name)
            #expect(report["identity"].first?.hasPrefix("0 0") == true, "\(report["identity"])")
            #expect(report["uidmap"].first?.split(separator: " ").map(String.init) == ["0", "100000", "65536"])
            let pid = try fixture.initPID(name)
            #expect(try ProcessStatus.read(process: "\(pid)").user?.effective == 100000)
            #expect(try ProcessStatus.read(process: "\(pid)").groups == [])
        }
    }

    @Test("S1.123: a network namespace is that of another container or process") func sharedNetworkNamespaceIsTheOthers() throws {
        try withContainers { fixture in
            let first = try fixture.busybox("first", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", first)
            let second = try fixture.busybox("second")
            try fixture.succeed("start", "-n", second, "--share-net", first)
            let network = { (pid: Int32) in try fixture.run("/bin/readlink", ["/proc/\(pid)/ns/net"]).output }
            #expect(try network(fixture.initPID(first)) == network(fixture.initPID(second)))
            let third = try fixture.busybox("third")
            // The seed shares with process 1, which a sandboxed machine may hide even from root; a process of our own stands in for it.
            let other = try fixture.run("/bin/sh", ["-c", "unshare -n sleep 1000 > /dev/null 2>&1 & echo $!"]).lines.first ?? ""
            fixture.atEnd("process \(other)") { _ = try fixture.run("/bin/kill", [other]) }
            let pid = try #require(Int32(other))
            #expect(try fixture.eventually { try network(pid) != network(ProcessControl.pid) })
            try fixture.succeed("start", "-n", third, "--share-net", other)
            #expect(try network(fixture.initPID(third)) == network(pid))
        }
    }

    @Test func halfTheRestOfTheOptions() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("options", config: ["lxc.net.0.type = empty"])
            let pidFile = fixture.lxcpath + "/pid"
            let log = fixture.lxcpath + "/log"
            try fixture.succeed("start", "-n", name, "-p", pidFile, "-o", log, "-l", "TRACE", "-L", fixture.lxcpath + "/console")
            let supervisor = try #require(Int32(try WholeFile.text(pidFile)))
            #expect(try WholeFile.text("/proc/\(supervisor)/cmdline").hasPrefix("[lxc monitor] \(fixture.lxcpath) \(name)"))
            #expect(try FileStatus(of: pidFile).permissions == 0o600)
            #expect(try WholeFile.text(log).split(separator: "\n").allSatisfy { $0.hasPrefix("lxc-start \(name) 2") })
            #expect(try fixture.lxc("start", "-n", name).code == 0, "a container that runs is no failure")
            try fixture.succeed("stop", "-n", name, "-k")
            #expect(try FileStatus.ifPresent(pidFile) == nil)
        }
    }

    @Test func foregroundStatusIsInits() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("front", config: ["lxc.net.0.type = empty"])
            #expect(try fixture.lxc("start", "-n", name, "-F", "--", "/bin/sh", "-c", "exit 7").code == 7)
            #expect(try fixture.lxc("start", "-n", name, "-F", "--", "/bin/sh", "-c", "kill -9 $$; exit 3").code == 3)
            // The kernel ends an init that halts or powers off by a signal, which is no failure.
            #expect(try fixture.lxc("start", "-n", name, "-F", "--", "/bin/poweroff", "-f").code == 0)
            #expect(try fixture.state(name) == "STOPPED")
        }
    }
}
