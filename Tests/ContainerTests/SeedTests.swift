// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// The statements of reference/seeds.md about the first container, each by its number.
@Suite(.needsRoot) struct SeedTests {
    private func running(_ fixture: ContainerFixture, _ short: String, config: [String] = []) throws -> String {
        let name = try fixture.busybox(short, config: ["lxc.net.0.type = empty"] + config)
        try fixture.succeed("start", "-n", name, "-d")
        return name
    }

    @Test("S1.03 S1.12 S1.13 S2.04 S3.01 S2.08 S4.18: start -d returns with the container RUNNING; stop ends it cleanly; it starts again")
    func startAndStop() throws {
        try withContainers { fixture in
            let name = try running(fixture, "p1")
            #expect(try fixture.state(name) == "RUNNING")
            try fixture.succeed("stop", "-n", name, seconds: 30)
            #expect(try fixture.state(name) == "STOPPED")
            try fixture.succeed("start", "-n", name)
            try fixture.succeed("stop", "-n", name, "-k")
            #expect(try fixture.lxc("stop", "-n", name).code == 2)
        }
    }

    @Test("S1.04 S1.05: lxc-console attaches to a tty; ctrl-a q detaches and the container keeps running")
    func console() throws {
        try withContainers { fixture in
            let name = try running(fixture, "p1")
            let session = try fixture.onTerminal("console", "-n", name, "-t", "1")
            try session.expect("Connected to tty 1")
            try session.expect("Type <Ctrl+a q> to exit the console, <Ctrl+a Ctrl+a> to enter Ctrl+a itself")
            try session.type("\u{1}q")
            #expect(try session.wait() == .exited(0))
            #expect(try fixture.state(name) == "RUNNING")
        }
    }

    @Test("S1.06 S1.07 S2.05 S2.07: lxc-attach gives a root shell in all namespaces of the container")
    func attach() throws {
        try withContainers { fixture in
            let name = try running(fixture, "p1", config: ["lxc.uts.name = p1"])
            let session = try fixture.onTerminal("attach", "-n", name)
            try session.type("echo user $(id -u) on $(hostname)\n")
            try session.expect("user 0 on p1")
            try session.type("exit\n")
            #expect(try session.wait() == .exited(0))
            let pid = try fixture.initPID(name)
            let inside = try fixture.lxc(
                "attach", "-n", name, "--", "/bin/sh", "-c", "for n in mnt pid uts ipc net cgroup; do readlink /proc/self/ns/$n; done")
            let outside = try fixture.run("/bin/sh", ["-c", "for n in mnt pid uts ipc net cgroup; do readlink /proc/\(pid)/ns/$n; done"])
            #expect(inside.lines == outside.lines)
        }
    }

    @Test("S1.08: nsenter with the pid from lxc-info enters the same namespaces")
    func nsenter() throws {
        try withContainers { fixture in
            let name = try running(fixture, "p1", config: ["lxc.uts.name = entered"])
            let pid = try fixture.initPID(name)
            let result = try fixture.run(
                "/usr/bin/nsenter", ["--target", "\(pid)", "--mount", "--uts", "--ipc", "--net", "--pid", "--", "/bin/hostname"])
            #expect(result.output == "entered\n", "\(result)")
        }
    }

    @Test("S1.11: poweroff inside stops the container")
    func poweroff() throws {
        try withContainers { fixture in
            let name = try running(fixture, "p1")
            _ = try fixture.lxc("attach", "-n", name, "--", "/sbin/poweroff")
            #expect(try fixture.eventually(seconds: 15) { try fixture.state(name) == "STOPPED" })
        }
    }

    @Test("S1.02 S1.15 S1.16: words after -- go to the template")
    func templateHelp() throws {
        try withContainers { fixture in
            let help = try fixture.lxc("create", "-t", "busybox", "-n", "p1", "--", "--help")
            #expect(help.code == 0 && (help.output + help.error).contains("--busybox-path"), "\(help)")
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    @Test("S1.14 S1.17 S1.53 S1.62 S1.70: places of template, configuration and root filesystem; default.conf at creation")
    func places() throws {
        try withContainers { fixture in
            let name = fixture.name("p1")
            try fixture.succeed("create", "-n", name, "-t", "busybox")
            #expect(try FileStatus(of: fixture.installation.templates + "/lxc-busybox").kind == .regular)
            let config = try WholeFile.text(fixture.folder(name) + "/config")
            #expect(config.contains("lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\n"), "from default.conf")
            let address = config.split(separator: "\n").last { $0.hasPrefix("lxc.net.0.hwaddr = 00:16:3e:") }
            #expect(address?.contains("x:") == false && address?.hasSuffix("x") == false, "\(config)")
            #expect(config.contains("lxc.rootfs.path = dir:\(fixture.rootfs(name))"))
            #expect(try FileStatus(of: fixture.folder(name)).permissions == 0o770)
        }
    }

    @Test("S1.18 to S1.21 S1.44 S1.82 S1.85 S2.29 S2.30 S5.17 S5.21: the historic keys load")
    func historicKeys() throws {
        try withContainers { fixture in
            let name = try fixture.bare(
                "old",
                config: [
                    "## comment", "#", "lxc.utsname=contained", "lxc.rootfs = \(fixture.lxcpath)/x", "lxc.start.auto = 1",
                    "lxc.start.delay = 5",
                    "lxc.start.order = 10", "lxc.group = group1,group2,group3", "lxc.cap.drop = sys_module mac_admin mac_override sys_time",
                    "lxc.pivotdir = lxc_putold", "lxc.tty = 4", "lxc.pts = 1024", "lxc.devttydir = lxc", "lxc.haltsignal = SIGKILL",
                    "lxc.aa_profile = unconfined", "lxc.arch = armhf", "lxc.network.type = none",
                ])
            let values = [
                ("lxc.uts.name", "contained"), ("lxc.start.order", "10"), ("lxc.tty.max", "4"), ("lxc.pty.max", "1024"),
                ("lxc.tty.dir", "lxc"),
                ("lxc.signal.halt", "9"), ("lxc.utsname", "contained"), ("lxc.arch", "armhf"),
            ]
            for (key, value) in values {
                #expect(try fixture.lxc("info", "-n", name, "-c", key, "-H").output == value + "\n", "\(key)")
            }
            #expect(try fixture.lxc("ls", "-g", "group2", "-1").lines == [name])
            try fixture.append(name, ["lxc.aa_profile = lxc-container-default-with-nesting"])
            #expect(
                try fixture.lxc("info", "-n", name, "-c", "lxc.aa_profile", "-H").output == "lxc-container-default-with-nesting\n")
        }
    }

    @Test("S1.26 S1.27 S1.28: freeze shows as FROZEN in both listings; unfreeze returns to RUNNING")
    func freeze() throws {
        try withContainers { fixture in
            let name = try running(fixture, "u1")
            try fixture.succeed("freeze", "-n", name)
            #expect(try fixture.lxc("ls", "-f").lines.contains { $0.hasPrefix(name) && $0.contains(" FROZEN ") })
            let old = try fixture.lxc("ls", "--fancy", "--fancy-format", "name,state,ipv4,ipv6,autostart").lines
            #expect(old.first?.hasPrefix("NAME") == true && old.dropFirst().first?.allSatisfy { $0 == "-" } == true, "\(old)")
            #expect(old.last?.contains("FROZEN") == true && old.last?.contains("NO") == true, "\(old)")
            try fixture.succeed("unfreeze", "-n", name)
            #expect(try fixture.state(name) == "RUNNING")
        }
    }

    @Test("S1.33: attach runs a command and its status is the command's", arguments: [0, 3, 77])
    func attachStatus(status: Int32) throws {
        try withContainers { fixture in
            let name = try running(fixture, "p1")
            #expect(try fixture.lxc("attach", "-n", name, "--", "/bin/sh", "-c", "exit \(status)").code == status)
        }
    }

    @Test("S1.34 S1.35 S1.36 S1.37: -e -s 'NETWORK|UTSNAME' enters only those two")
    func partialAttach() throws {
        try withContainers { fixture in
            let name = try running(fixture, "p1", config: ["lxc.uts.name = p1"])
            let result = try fixture.lxc(
                "attach", "-n", name, "-e", "-s", "NETWORK|UTSNAME", "--", "/bin/sh", "-c",
                "hostname; cat /proc/net/dev | grep -c :; readlink /proc/self/ns/mnt; cat /proc/self/cgroup")
            let own = try fixture.run("/bin/sh", ["-c", "readlink /proc/self/ns/mnt; cat /proc/self/cgroup"])
            #expect(result.lines.prefix(2) == ["p1", "1"], "\(result)")
            #expect(Array(result.lines.dropFirst(2)) == own.lines, "\(result)")
        }
    }

    @Test("S1.40 S1.41: lxc-info -p -H is the bare pid; /proc/PID/root shows mounts made inside")
    func pidOnly() throws {
        try withContainers { fixture in
            let name = try running(fixture, "p1")
            let pid = try #require(Int32(try fixture.lxc("info", "-n", name, "-p", "-H").lines.first ?? ""))
            try fixture.succeed(
                "attach", "-n", name, "--", "/bin/sh", "-c", "mkdir -p /run && mount -t tmpfs none /run && echo > /run/inside")
            #expect(try FileStatus(of: "/proc/\(pid)/root/run/inside").kind == .regular)
        }
    }

    @Test(
        "S1.42 S1.43: a four-field line in the fstab file shares a directory, and its target is made",
        arguments: ["lxc.mount", "lxc.mount.fstab"])
    func fstab(key: String) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("p1", config: ["lxc.net.0.type = empty"])
            let shared = fixture.lxcpath + "/cache"
            try fixture.write(shared + "/file", "shared\n")
            try fixture.write(fixture.folder(name) + "/fstab", "\(shared) var/cache/lxc none bind,create=dir\n")
            try fixture.append(name, ["\(key) = \(fixture.folder(name))/fstab"])
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.lxc("attach", "-n", name, "--", "cat", "/var/cache/lxc/file").output == "shared\n")
        }
    }

    @Test("S1.45 S1.46 S1.47: a container runs containers, and --nesting lists them below it")
    func nesting() throws {
        try withContainers { fixture in
            let outer = try running(fixture, "p1", config: ["lxc.aa_profile = unconfined", "lxc.cap.drop ="])
            // The nested container is a folder with a configuration in the outer one's container path.
            let inner = fixture.rootfs(outer) + "/var/lib/lxc/p1"
            try fixture.write(inner + "/config", "lxc.net.0.type = empty\nlxc.rootfs.path = dir:/var/lib/lxc/p1/rootfs\n")
            let list = try fixture.lxc("ls", "--fancy", "--nesting")
            let old = try fixture.lxc("ls", "--fancy", "--nesting", "--fancy-format", "name,state,ipv4,ipv6,autostart")
            #expect(list.code == 0 && list.lines.contains { $0.hasPrefix(outer) }, "\(list)")
            #expect(old.lines.contains { $0.hasPrefix(" \\_ p1") && $0.contains("STOPPED") }, "\(old)")
        }
    }

    @Test("S1.68 S1.69: -P and lxcpath in lxc.conf choose the container path", arguments: ["lxcpath", "lxc.lxcpath"])
    func containerPath(key: String) throws {
        try withContainers { fixture in
            let home = fixture.lxcpath + "/home"
            try fixture.write(home + "/.config/lxc/lxc.conf", "\(key) = /elsewhere/containers/\n")
            let result = try fixture.run(
                "/usr/bin/setpriv",
                [
                    "--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "HOME=\(home)",
                    fixture.installation.bin + "/lxc-config", "lxc.lxcpath",
                ])
            #expect(result.output == "/elsewhere/containers\n", "\(result)")
        }
    }

    @Test(
        "S1.117 S1.118 S1.119 S1.122 S4.11 S4.13: -o and -l write a log of the usual form",
        arguments: [
            "FATAL", "ALERT", "CRIT", "ERROR", "WARN", "NOTICE", "INFO", "DEBUG", "TRACE", "trace",
        ])
    func logging(level: String) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("p1", config: ["lxc.net.0.type = empty"])
            let log = fixture.lxcpath + "/a.log"
            #expect(try fixture.lxc("start", "-n", name, "-l", level, "-o", log, "--", "/no/init").code == 1)
            let lines = try WholeFile.text(log).split(separator: "\n")
            #expect(lines.isEmpty == ["FATAL", "ALERT", "CRIT"].contains(level))
            for line in lines {
                let words = line.split(separator: " ", omittingEmptySubsequences: true)
                #expect(words.count > 6 && words[0] == "lxc-start" && words[1] == name && words[2].utf8.count == 18, "\(line)")
            }
            if level.lowercased() == "trace" { #expect(lines.contains { $0.contains(" TRACE ") }) }
        }
    }

    /// `cpio` is busybox's, which every test machine has.
    @Test("S2.24 to S2.33 S2.38 S3.05 S3.07: the Android configuration as written, with /init and a hook that unpacks an initrd")
    func android() throws {
        try withContainers { fixture in
            let name = fixture.name("android")
            let initrd = fixture.folder(name) + "/initrd.gz"
            let hook = fixture.folder(name) + "/pre-start.sh"
            let rootfs = fixture.rootfs(name)
            try fixture.write(
                fixture.folder(name) + "/config",
                """
                lxc.rootfs = \(rootfs)
                lxc.utsname = armhf

                lxc.network.type = none

                lxc.devttydir = lxc
                lxc.tty = 4
                lxc.pts = 1024
                lxc.arch = armhf
                lxc.cap.drop = mac_admin mac_override
                lxc.pivotdir = lxc_putold

                lxc.hook.pre-start = \(hook)

                lxc.aa_profile = unconfined

                """)
            try fixture.write(
                hook,
                """
                #!/bin/sh
                mkdir -p $LXC_ROOTFS_PATH
                mount -n -t tmpfs tmpfs $LXC_ROOTFS_PATH

                cd $LXC_ROOTFS_PATH
                cat \(initrd) | gzip -d | busybox cpio -i

                # Create /dev/pts if missing
                mkdir -p $LXC_ROOTFS_PATH/dev/pts

                """, mode: 0o755)
            let packed = try fixture.run(
                "/bin/sh",
                [
                    "-ec",
                    """
                    mkdir -p \(fixture.lxcpath)/tree/bin && cd \(fixture.lxcpath)/tree && cp $(which busybox) bin/busybox
                    for applet in sh sleep hostname uname; do ln -s busybox bin/$applet; done
                    printf '#!/bin/sh\\nhostname > /seen; uname -m >> /seen; exec sleep 1000\\n' > init && chmod 755 init
                    find . | busybox cpio -o -H newc | gzip > \(initrd)
                    """,
                ])
            #expect(packed.code == 0, "\(packed)")
            fixture.atEnd("initrd mount") { _ = try fixture.run("/bin/umount", ["-l", rootfs]) }
            let started = try fixture.lxc("start", "-n", name, "--", "/init")
            #expect(started.code == 0, "\(started)")
            let pid = try fixture.initPID(name)
            #expect(try fixture.eventually { try WholeFile.text("/proc/\(pid)/root/seen").split(separator: "\n").count == 2 })
            #expect(try WholeFile.text("/proc/\(pid)/root/seen") == "armhf\ni686\n")
            #expect(try DirectoryListing.names(in: "/proc/\(pid)/root/dev/lxc").contains("tty1"))
            try fixture.succeed("stop", "-n", name, "-k")
        }
    }

    @Test("S3.09: text in other scripts does not disturb the parser")
    func unicode() throws {
        try withContainers { fixture in
            let name = try fixture.bare("utf8", config: ["# コンテナーのさらに高度な使い方", "lxc.environment = GREETING=こんにちは"])
            #expect(try fixture.lxc("info", "-n", name, "-c", "lxc.environment", "-H").output.hasPrefix("GREETING=こんにちは"))
        }
    }

    @Test("S4.10 S4.12 S4.14: an init that cannot be executed: ABORTING, a failing command, state STOPPED, and the log names it")
    func brokenInit() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("foreign", config: ["lxc.net.0.type = empty"])
            try fixture.write(fixture.rootfs(name) + "/sbin/alien", "\u{7f}ELF not for this machine", mode: 0o755)
            let log = fixture.lxcpath + "/log"
            let result = try fixture.lxc("start", "-n", name, "-o", log, "--", "/sbin/alien")
            #expect(result.code == 1 && result.error.contains("/sbin/alien"), "\(result)")
            #expect(try fixture.state(name) == "STOPPED")
            #expect(try WholeFile.text(log).contains(" ERROR "))
        }
    }

    @Test("S4.15 S4.19 S5.12: a single file is bound on a target that is made")
    func fileMount() throws {
        try withContainers { fixture in
            let file = fixture.lxcpath + "/tool"
            try fixture.write(file, "tool\n")
            let name = try running(fixture, "file", config: ["lxc.mount.entry = \(file) usr/bin/some-tool none bind,ro,create=file 0 0"])
            #expect(try fixture.lxc("attach", "-n", name, "--", "cat", "/usr/bin/some-tool").output == "tool\n")
        }
    }

    @Test("S5.11 S5.25 S5.27 S5.28: absolute targets inside the root filesystem, read-only binds, optional sources")
    func softwareContainerMounts() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("software", config: ["lxc.net.0.type = empty"])
            try fixture.append(
                name,
                [
                    "lxc.mount.entry = /usr/share \(fixture.rootfs(name))/mnt none ro,bind 0 0",
                    "lxc.mount.entry = /lib-that-is-not-there lib65 none ro,bind,optional 0 0",
                ])
            try fixture.succeed("start", "-n", name)
            let result = try fixture.lxc("attach", "-n", name, "--", "/bin/sh", "-c", "touch /mnt/x; ls -d /mnt/doc")
            #expect(result.output == "/mnt/doc\n" && result.error.contains("Read-only"), "\(result)")
        }
    }

    @Test("S5.22 S5.34: haltsignal SIGKILL ends a clean stop at once")
    func haltSignal() throws {
        try withContainers { fixture in
            let name = try running(fixture, "halt", config: ["lxc.haltsignal = SIGKILL"])
            let result = try fixture.succeed("stop", "-n", name)
            #expect(result.duration < .seconds(10), "\(result)")
        }
    }

    @Test("S5.30: lxc-execute runs a command under a minimal init")
    func execute() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("run", config: ["lxc.net.0.type = empty"])
            let result = try fixture.lxc("execute", "-n", name, "--", "/bin/sh", "-c", "cat /proc/1/comm; echo $$; exit 9")
            #expect(result.code == 9 && result.lines == ["init", "2"], "\(result)")
            #expect(try fixture.lxc("execute", "-n", name, "--", "/bin/sh", "-c", "kill -9 $$").code == 137)
            #expect(try fixture.lxc("execute", "-n", name, "--", "/no/such").code == 255)
            #expect(try fixture.lxc("execute", "-n", name).code == 1)
        }
    }

    @Test("S1.35 of the tools: reboot from outside comes back in the same supervisor")
    func reboot() throws {
        try withContainers { fixture in
            let name = try running(fixture, "again", config: ["lxc.signal.reboot = SIGHUP"])
            let pidFile = try fixture.initPID(name)
            // SIGHUP ends a shell-less init as the kernel's reboot(2) does in a PID namespace.
            _ = try fixture.run("/usr/bin/nsenter", ["-t", "\(pidFile)", "-p", "-m", "/bin/busybox", "reboot", "-f"])
            #expect(
                try fixture.eventually(seconds: 10) {
                    guard try fixture.state(name) == "RUNNING" else { return false }
                    return try fixture.initPID(name) != pidFile
                })
        }
    }
}
