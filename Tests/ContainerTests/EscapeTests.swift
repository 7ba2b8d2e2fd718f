// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// The attacks of reliability sections 1.1 and 1.2 on a start: the canary outside must neither be changed nor grow.
@Suite(.needsRoot) struct EscapeTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        /// Shell commands in the root filesystem; `$C` is the canary's path.
        let prepare: String
        /// `$R` is the root filesystem.
        var config: [String] = []
        var mayStart = false

        /// Makes the root filesystem and the configuration what they are to be.
        func set(_ fixture: ContainerFixture, _ container: AttackedContainer, _ canary: Canary) throws {
            let prepared = try fixture.run("/bin/sh", ["-ec", "C=\(canary.path); cd \(container.rootfs); \(prepare)"])
            #expect(prepared.code == 0, "\(prepared)")
            if !config.isEmpty { try container.append(config.map { $0.replacing("$R", with: container.rootfs) }) }
        }

        var testDescription: String { name }
    }

    static let attacks = [
        Attack(
            name: "P1 parent of a target is a link", prepare: "ln -s $C lnk; mkdir -p $C/sub",
            config: ["lxc.mount.entry = /usr lnk/sub none bind 0 0"]),
        Attack(name: "P1 target is a link", prepare: "ln -s $C lnk", config: ["lxc.mount.entry = /usr lnk none bind 0 0"]),
        Attack(name: "P1 proc is a link", prepare: "rm -rf proc; ln -s $C proc", config: ["lxc.mount.auto = proc"]),
        Attack(
            name: "P1 climbing link", prepare: "ln -s ../../../../../../../../$C lnk", config: ["lxc.mount.entry = /usr lnk none bind 0 0"]),
        Attack(name: "P1 magic link", prepare: "ln -s /proc/self/root lnk", config: ["lxc.mount.entry = /usr lnk none bind 0 0"]),
        Attack(name: "P1 target with dots", prepare: ":", config: ["lxc.mount.entry = /usr ../canary none bind 0 0"]),
        Attack(name: "P2 proc is a file", prepare: "rm -rf proc; echo > proc", config: ["lxc.mount.auto = proc"]),
        Attack(
            name: "P2 sys is a link to a directory inside", prepare: "rm -rf sys; mkdir fake; ln -s fake sys",
            config: ["lxc.mount.auto = sys"]),
        Attack(name: "P7 dev is an absolute link", prepare: "rm -rf dev; ln -s $C/dev dev"),
        Attack(name: "P7 dev is a relative link", prepare: "rm -rf dev; ln -s ../../canary/dev dev"),
        Attack(name: "P7 dev without autodev", prepare: "rm -rf dev; ln -s $C/dev dev", config: ["lxc.autodev = 0"]),
        Attack(
            name: "P7 dev/pts is a link", prepare: "mkdir -p dev; rm -rf dev/pts; ln -s $C/dev/pts dev/pts", config: ["lxc.autodev = 0"]),
        Attack(
            name: "P8 created directory through a link", prepare: "ln -s $C lnk",
            config: ["lxc.mount.entry = /usr lnk/a/b none bind,create=dir 0 0"]),
        Attack(
            name: "P8 created file through a link", prepare: "ln -s $C lnk",
            config: ["lxc.mount.entry = /etc/hostname lnk/f none bind,create=file 0 0"]),
        Attack(name: "P13 mount over the root", prepare: ":", config: ["lxc.mount.entry = $R . none bind 0 0"]),
        Attack(name: "P13 mount over the root by slash", prepare: ":", config: ["lxc.mount.entry = $R / none bind 0 0"]),
        Attack(
            name: "E6 working directory by descriptor", prepare: ":", config: ["lxc.init.cwd = /proc/self/fd/7", "lxc.mount.auto = proc"],
            mayStart: true),
        Attack(
            name: "P5 null device is a link", prepare: "mkdir -p dev; rm -f dev/null; ln -s $C/secret dev/null",
            config: ["lxc.autodev = 0", "lxc.console.path = none"], mayStart: true),
    ]

    /// P1, P2, P5, P7, P8, P13, E6: links and odd files where the set-up mounts or creates things.
    @Test("E6, P1, P2, P5, P7, P8, P13: the host is out of reach", arguments: attacks, ContainerKind.allCases)
    func theHostIsOutOfReach(attack: Attack, kind: ContainerKind) throws {
        try withContainers { fixture in
            let canary = try Canary(fixture)
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            try attack.set(fixture, container, canary)
            try container.own(canary)
            let before = try canary.listing(fixture)
            let result = try container.lxc("start")
            if !attack.mayStart {
                #expect(result.code == 1, "\(result)")
                #expect(result.error.split(separator: "\n").count <= 5, "\(result)")
            }
            _ = try container.lxc("stop", "-k")
            #expect(try canary.listing(fixture) == before)
        }
    }

    /// P1: the path of the container itself may go through links; they are the administrator's.
    @Test func theContainerPathMayBeALink() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("linked", config: ["lxc.net.0.type = empty"])
            let link = fixture.lxcpath + "-link"
            _ = try fixture.run("/bin/ln", ["-s", fixture.lxcpath, link])
            fixture.atEnd("link") { try HostPath.remove(link) }
            let result = try fixture.run(fixture.installation.bin + "/lxc-start", ["-P", link, "-n", name])
            #expect(result.code == 0, "\(result)")
            _ = try fixture.run(fixture.installation.bin + "/lxc-stop", ["-P", link, "-n", name, "-k"])
        }
    }

    /// E1, E3, E4: a payload that is our own program, and a process that tries to write to whatever it finds under /proc.
    @Test(arguments: ContainerKind.allCases) func ourProgramsCannotBeOverwrittenFromInside(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false, config: ["lxc.mount.auto = proc:rw"])
            let rootfs = container.rootfs
            try fixture.write(rootfs + "/evil", "#!/proc/self/exe\n", mode: 0o755)
            try fixture.write(
                rootfs + "/hunter",
                "#!/bin/sh\nwhile :; do for f in /proc/[0-9]*/exe; do (echo owned > $f) 2>/dev/null && readlink $f >> /caught; done; done\n",
                mode: 0o755)
            _ = try fixture.run("/bin/chmod", ["777", rootfs])
            let programs = "\(fixture.installation.libexec)/* \(fixture.installation.bin)/lxc"
            let sums = { try fixture.run("/bin/sh", ["-c", "sha256sum \(programs)"]).output }
            let before = try sums()
            // The program that runs is the supervisor's own image: it must end, and not be writable.
            for _ in 0..<5 { _ = try container.lxc("start", "-F", "--", "/evil", seconds: 5) }
            try container.succeed("start", "--", "/hunter")
            for _ in 0..<30 { _ = try container.lxc("attach", "--", "/evil", seconds: 5) }
            #expect(try sums() == before)
            let caught = try FileStatus.ifPresent(rootfs + "/caught") == nil ? "" : try WholeFile.text(rootfs + "/caught")
            #expect(!caught.contains("lxc"), "\(caught)")
        }
    }

    /// E6, E7: descriptors that the caller had open reach neither init nor an attached process.
    @Test func inheritedDescriptorsStayOutside() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("fds", config: ["lxc.net.0.type = empty", "lxc.mount.auto = proc:mixed"])
            let bin = fixture.installation.bin
            let start = try fixture.run("/bin/sh", ["-c", "exec 8</ 9</etc; exec \(bin)/lxc-start -P \(fixture.lxcpath) -n \(name)"])
            #expect(start.code == 0, "\(start)")
            let pid = try fixture.initPID(name)
            #expect(try DirectoryListing.names(in: "/proc/\(pid)/fd") == ["0", "1", "2"])
            let attach = try fixture.run(
                "/bin/sh",
                ["-c", "exec 8</ 9</etc; exec \(bin)/lxc-attach -P \(fixture.lxcpath) -n \(name) -- /bin/sh -c 'ls /proc/self/fd'"])
            // ls itself holds the directory open.
            #expect(attach.lines.filter { (Int($0) ?? 0) > 3 } == [], "\(attach)")
        }
    }

    /// P14: removal follows no link and crosses no mount.
    @Test(arguments: ContainerKind.allCases) func destroyStaysInside(kind: ContainerKind) throws {
        try withContainers { fixture in
            let canary = try Canary(fixture)
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            let prepared = try fixture.run(
                "/bin/sh",
                [
                    "-ec",
                    "cd \(container.rootfs); ln -s \(canary.path) link; ln -s / root-link; touch \"$(printf 'a\\nb')\" ./-rf; mkdir deep; cd deep; for i in $(seq 300); do mkdir d; cd d; done",
                ])
            #expect(prepared.code == 0, "\(prepared)")
            try container.own(canary)
            let before = try canary.listing(fixture)
            try container.succeed("destroy")
            #expect(try FileStatus.ifPresent(container.folder) == nil)
            #expect(try canary.listing(fixture) == before)
        }
    }

    @Test(arguments: ContainerKind.allCases) func destroyDoesNotCrossAMount(kind: ContainerKind) throws {
        try withContainers { fixture in
            let canary = try Canary(fixture)
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            try container.own(canary)
            let place = container.rootfs + "/mnt"
            #expect(try container.root("/bin/mount", "--bind", canary.path, place).code == 0)
            let before = try canary.listing(fixture)
            let result = try container.lxc("destroy")
            _ = try container.root("/bin/umount", place)
            #expect(result.code == 1 && result.error.contains("mnt"), "\(result)")
            #expect(try canary.listing(fixture) == before)
            try container.succeed("destroy")
        }
    }

    /// P15.
    @Test(arguments: ["..", "a/b", "", "-n", ".hidden", String(repeating: "x", count: 256), "new\nline"])
    func namesThatArePathsAreRefused(name: String) throws {
        try withContainers { fixture in
            let result = try fixture.run(
                fixture.installation.bin + "/lxc-create", ["-P", fixture.lxcpath, "--name=\(name)", "-t", "none", "-f", "/dev/null"])
            #expect(result.code == 1, "\(result)")
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    @Test(arguments: ["with blank", "ünïcode", "日本"])
    func unusualNamesWork(short: String) throws {
        try withContainers { fixture in
            let name = try fixture.busybox(short, config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.state(name) == "RUNNING")
            #expect(try fixture.lxc("ls", "-1").lines == [name])
            try fixture.succeed("stop", "-n", name, "-k")
        }
    }
}
