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
            ["lxc.rootfs.path = dir:\(fixture.rootfs(name))", "lxc.uts.name = arm", "lxc.net.0.type = empty", "lxc.signal.halt = SIGUSR1"])
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

    @Test("S4.08 S4.17 S4.18: an interpreter that the kernel holds open needs no file in the container")
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
}
