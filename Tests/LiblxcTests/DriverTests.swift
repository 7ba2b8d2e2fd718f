// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Programs that drive LXC by its C library, compiled with our headers.
@Suite(.needsRoot) struct DriverTests {
    @Test("S1.114 S5.33: create with template and configuration, start, attach, shut down, destroy") func wholeLife() throws {
        try withContainers { fixture in
            let scene = try LibraryScene(fixture)
            let program = try scene.compile("driver", ourHeaders: true)
            let name = fixture.name("api")
            try fixture.write("\(fixture.lxcpath)/.config", "lxc.net.0.type = empty\n")
            let result = try scene.run(program, ["create", fixture.lxcpath, name, "\(fixture.lxcpath)/.config"])
            #expect(result.code == 0 && result.lines == ["RUNNING", name, "STOPPED"], "\(result)")
            #expect(try FileStatus.ifPresent(fixture.folder(name)) == nil)
        }
    }

    @Test("K16: another program decides the system calls of an attached function") func decided() throws {
        try withContainers { fixture in
            let scene = try LibraryScene(fixture)
            let program = try scene.compile("driver", ourHeaders: true)
            try fixture.write(fixture.lxcpath + "/policy", "2\ndenylist\nmkdir notify\nmkdirat notify\n")
            let decide = try fixture.attack("decide", [fixture.lxcpath + "/decide", "make"])
            let name = try fixture.busybox(
                "decided",
                config: [
                    "lxc.net.0.type = empty", "lxc.seccomp.profile = \(fixture.lxcpath)/policy",
                    "lxc.seccomp.notify.proxy = unix:\(fixture.lxcpath)/decide",
                ])
            try fixture.succeed("start", "-n", name)
            let result = try scene.run(program, ["decided", fixture.lxcpath, name, "/tmp/made"])
            #expect(result.code == 0 && result.lines == ["0 a descriptor"], "\(result)")
            #expect(try FileStatus.ifPresent(fixture.rootfs(name) + "/tmp/made")?.kind == .directory)
            #expect(try decide.output.contains("of .driver "))
        }
    }

    @Test("S4.21: a daemon's helper starts by a configuration file and a log, and learns whether it runs") func forkstart() throws {
        try withContainers { fixture in
            let scene = try LibraryScene(fixture)
            let program = try scene.compile("driver", ourHeaders: true)
            let name = try fixture.busybox("fork", config: ["lxc.net.0.type = empty"])
            let (config, log) = ("\(fixture.lxcpath)/.run/lxc.conf", "\(fixture.lxcpath)/.run/lxc.log")
            try fixture.write(config, WholeFile.text(fixture.folder(name) + "/config") + "lxc.uts.name = by-the-file\n")
            let result = try scene.run(program, ["forkstart", fixture.lxcpath, name, config, log])
            #expect(result.code == 0 && result.lines == ["RUNNING"], "\(result)")
            #expect(try fixture.succeed("attach", "-n", name, "--", "hostname").output == "by-the-file\n")
            let logged = try WholeFile.text(log)
            #expect(logged.contains(" INFO ") && logged.contains("the container runs; its init is process "), "\(logged)")
            try fixture.succeed("stop", "-k", "-n", name)
            let failing = try scene.run(program, ["forkstart", fixture.lxcpath, name, config, log, "failing"])
            #expect(failing.code == 0 && failing.lines == ["RUNNING", "STOPPED 1"], "\(failing)")
            #expect(try WholeFile.text(log).contains("cannot execute /sbin/no-such-init"))
        }
    }

    @Test func aTerminalOfItsOwnIsCarriedByTheCallingThread() throws {
        try withContainers { fixture in
            let scene = try LibraryScene(fixture)
            let program = try scene.compile("driver", ourHeaders: true)
            let name = try fixture.busybox("tty", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            let result = try scene.run(program, ["terminal", fixture.lxcpath, name, "-"])
            #expect(result.code == 0, "\(result)")
            let lines = result.output.split { $0 == "\r" || $0 == "\n" || $0 == "\r\n" }
            #expect(lines.count == 3 && lines[0].hasPrefix("/dev/pts/") && lines[1] == "all" && lines[2] == "20000", "\(result)")
        }
    }
}
