// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers for another processor: what is said without an interpreter, and how one gets into the container (S4.08 to S4.18).
///
/// The kernel has one list of interpreters; these tests have it for themselves, in a mount namespace where binfmt_misc is mounted.
@Suite(
    .needsRoot, .serialized, .needsProgram("/usr/bin/qemu-aarch64-static", package: "qemu-user-static"), .needsForeignBusybox("arm64"),
    .enabled("an interpreter for aarch64 is registered on this machine already") {
        try ForeignProgramHandler.all()?.contains { $0.name.hasPrefix("qemu-") } != true
    })
struct ForeignArchitectureTests {
    private static let rule = "swift-lxc-test"
    private static let folder = "/proc/sys/fs/binfmt_misc"
    /// The rule as the package has it, but for the name, with an interpreter that goes by no name of its own.
    private static func register(flags: String) -> String {
        #"printf '%s' ':\#(rule):M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:"#
            + #"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:\#(flags)'"#
            + " > \(folder)/register"
    }

    private func foreign(_ fixture: ContainerFixture) throws -> String {
        let name = try fixture.bare("arm", config: [])
        try fixture.append(
            name,
            [
                "lxc.rootfs.path = dir:\(fixture.rootfs(name))", "lxc.uts.name = arm", "lxc.net.0.type = empty",
                "lxc.signal.halt = SIGUSR1",
                // As the image's metadata may claim: it is the personality, and no reason to refuse anything.
                "lxc.arch = amd64",
            ])
        let made = try fixture.run(
            "/bin/sh",
            [
                "-ec",
                """
                cd "$1"; mkdir bin sbin proc sys dev etc tmp usr; cp "$2" bin/busybox; ln -s ../bin/busybox sbin/init
                for applet in sh uname cat sleep true; do ln -s busybox bin/$applet; done
                printf '::sysinit:/bin/true\\n' > etc/inittab
                """, "sh", fixture.rootfs(name), try ForeignBusybox.path("arm64"),
            ])
        #expect(made.code == 0, "\(made)")
        return name
    }

    /// Runs commands where binfmt_misc is mounted and empty but for what the commands register; `$NAME` is the container.
    private func withInterpreters(_ fixture: ContainerFixture, _ name: String, _ script: String) throws -> ToolResult {
        try fixture.run(
            "/usr/bin/unshare",
            [
                "--mount", "--propagation", "private", "/bin/sh", "-c",
                """
                mount -t binfmt_misc binfmt_misc \(Self.folder) || exit 99
                for old in \(Self.folder)/qemu-*; do if [ -e $old ]; then exit 98; fi; done
                \(script)
                status=$?
                for made in \(Self.folder)/\(Self.rule) \(Self.folder)/qemu-*; do if [ -e $made ]; then echo -1 > $made; fi; done
                exit $status
                """,
            ], environment: ["NAME=\(name)", "LXCPATH=\(fixture.lxcpath)"], seconds: 60)
    }

    @Test("S4.10 S4.11 S4.14: without an interpreter the start says which architecture, which package and which command")
    func noInterpreter() throws {
        try withContainers { fixture in
            let name = try foreign(fixture)
            let result = try withInterpreters(fixture, name, "lxc-start -P $LXCPATH -n $NAME -d")
            #expect(result.code == 1, "\(result)")
            #expect(
                result.error == """
                    lxc-start: \(name): cannot execute /sbin/init in the container: exec format error
                      it is a program for aarch64: apt-get install qemu-user-static, then lxc-checkconfig --register

                    """)
            #expect(try fixture.state(name) == "STOPPED")
        }
    }

    @Test("S4.08 S4.09 S4.17 S4.18: an interpreter that the kernel holds open needs no file in the container")
    func heldOpen() throws {
        try withContainers { fixture in
            let name = try foreign(fixture)
            let result = try withInterpreters(
                fixture, name,
                """
                \(Self.register(flags: "F")) && lxc-start -P $LXCPATH -n $NAME -d && lxc-attach -P $LXCPATH -n $NAME -- uname -m &&
                    lxc-stop -P $LXCPATH -n $NAME -t 20
                """)
            #expect(result.code == 0 && result.output == "aarch64\n", "\(result)")
            #expect(try DirectoryListing.names(in: fixture.rootfs(name) + "/usr") == [])
        }
    }

    @Test("S4.15 S4.16 S4.19: an interpreter that needs its file is mounted into the container, read-only")
    func mountedIn() throws {
        try withContainers { fixture in
            let name = try foreign(fixture)
            let result = try withInterpreters(
                fixture, name,
                """
                \(Self.register(flags: "OC")) && lxc-start -P $LXCPATH -n $NAME -d && lxc-attach -P $LXCPATH -n $NAME -- uname -m &&
                    grep qemu /proc/$(lxc-info -P $LXCPATH -n $NAME -pH)/mounts | cut -d' ' -f 2,4 | cut -d, -f 1 &&
                    tr '\\0' ' ' < /proc/$(lxc-info -P $LXCPATH -n $NAME -pH)/cmdline && echo && lxc-stop -P $LXCPATH -n $NAME -t 20 &&
                    lxc-start -P $LXCPATH -n $NAME -d && lxc-stop -P $LXCPATH -n $NAME -k
                """)
            #expect(
                result.code == 0
                    && result.output == """
                        aarch64
                        /usr/bin/qemu-aarch64-static ro
                        /usr/bin/qemu-aarch64-static /sbin/init\u{20}

                        """,
                "\(result)")
        }
    }

    @Test func aContainersOwnInterpreterStays() throws {
        try withContainers { fixture in
            let name = try foreign(fixture)
            // A copy of another build would be told apart by its content; here it is told apart by being no mount.
            let result = try withInterpreters(
                fixture, name,
                """
                mkdir -p $LXCPATH/$NAME/rootfs/usr/bin && cp /usr/bin/qemu-aarch64-static $LXCPATH/$NAME/rootfs/usr/bin/ &&
                    \(Self.register(flags: "OC")) && lxc-start -P $LXCPATH -n $NAME -d && lxc-attach -P $LXCPATH -n $NAME -- uname -m &&
                    ! grep qemu /proc/$(lxc-info -P $LXCPATH -n $NAME -pH)/mounts && lxc-stop -P $LXCPATH -n $NAME -k
                """)
            #expect(result.code == 0 && result.output == "aarch64\n", "\(result)")
        }
    }

    @Test func aUserNamespaceHasARuleOfItsOwn() throws {
        try withContainers { fixture in
            let name = try foreign(fixture)
            try fixture.append(
                name,
                [
                    "lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536", "lxc.rootfs.options = idmap=container",
                    "lxc.mount.auto = proc:mixed sys:mixed",
                ])
            let result = try withInterpreters(
                fixture, name,
                """
                lxc-start -P $LXCPATH -n $NAME -d && lxc-attach -P $LXCPATH -n $NAME -- uname -m &&
                    lxc-attach -P $LXCPATH -n $NAME -- sh -c 'cd \(Self.folder); ls; grep -E "^(interpreter|flags)" qemu-aarch64' &&
                    ls \(Self.folder) && lxc-stop -P $LXCPATH -n $NAME -t 20
                """)
            // In the container its rule, on the host none.
            #expect(
                result.code == 0
                    && result.lines == [
                        "aarch64", "qemu-aarch64", "register", "status", "interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P",
                        "flags: POF", "register", "status",
                    ], "\(result)")
        }
    }

    @Test func interpretersAreRegisteredWithoutSystemd() throws {
        try withContainers { fixture in
            let name = try foreign(fixture)
            let result = try withInterpreters(
                fixture, name,
                """
                umount \(Self.folder) && lxc-checkconfig --register && lxc-checkconfig --register --format json &&
                    lxc-checkconfig | grep 'qemu-aarch64 by' && lxc-start -P $LXCPATH -n $NAME -d &&
                    lxc-attach -P $LXCPATH -n $NAME -- uname -m && lxc-stop -P $LXCPATH -n $NAME -k
                """)
            let lines = result.lines
            #expect(result.code == 0 && lines.count == 4, "\(result)")
            #expect(lines.first?.hasPrefix("Registered: qemu-aarch64 ") == true)
            #expect(lines.dropFirst().first == #"{"schema":1,"registered":[]}"#)
            #expect(lines.last == "aarch64")
        }
    }

    @Test(
        "S1.49 S2.01 S2.02 S2.06: for another architecture its interpreter runs the system's tools and the container",
        .needsProgram("/usr/bin/qemu-arm-static", package: "qemu-user-static"), .needsForeignBusybox("armhf"))
    func ubuntu() throws {
        try withContainers { fixture in
            let name = fixture.name("p3")
            let made = try UbuntuScene(fixture).run(
                busybox: ForeignBusybox.path("armhf"),
                """
                mount -t binfmt_misc binfmt_misc \(ForeignProgramHandler.folder)
                # S2.02: without an interpreter it says so, and makes nothing.
                if lxc-create -P $P -t ubuntu -n \(name) -- -a armhf; then exit 3; fi
                test ! -e $P/\(name)
                trap 'for made in \(ForeignProgramHandler.folder)/qemu-*; do echo -1 > $made; done' EXIT
                lxc-checkconfig --register > /dev/null
                lxc-create -P $P -t ubuntu -n \(name) -- -a armhf > /dev/null
                cat $P/.called; lxc-start -P $P -n \(name) -d
                lxc-attach -P $P -n \(name) -- uname -m
                od -An -j 18 -N 2 -t u2 $P/\(name)/rootfs/bin/busybox; od -An -j 18 -N 2 -t u2 /bin/ls
                lxc-stop -P $P -n \(name) -k
                """)
            #expect(made.code == 0, "\(made)")
            #expect(made.error.contains("apt-get install qemu-user-static"), "\(made)")
            for word in ["--arch=armhf", "jammy", "http://ports.ubuntu.com/ubuntu-ports"] { #expect(made.lines.contains(word), "\(made)") }
            // e_machine of the container's programs, and of the host's: 40 is ARM, 62 x86-64.
            #expect(made.lines.suffix(3).map { $0.split(separator: " ").joined() } == ["armv7l", "40", "62"], "\(made)")
        }
    }
}
