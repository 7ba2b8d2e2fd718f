// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Starts that fail as users make them fail: everything that they see is compared, in the background and in the foreground.
@Suite(.needsRoot) struct StartFailureTests {
    /// One wrong line. In its texts NAME is the container, PATH its folder, and HERE the place of the line.
    struct Line: Sendable, CustomTestStringConvertible {
        let line: String
        let base: Base
        let lines: [String]
        var testDescription: String { line }

        init(_ line: String, on base: Base = .bare, _ first: String, key: String? = nil, _ advice: String? = nil) {
            self.line = line
            self.base = base
            lines = ["NAME: " + first] + [key.map { "  asked for by \($0) at HERE" }, advice.map { "  " + $0 }].compactMap { $0 }
        }
    }

    /// What the container has besides the line: nothing, the programs of busybox, or those and ids of its own.
    enum Base: Sendable { case bare, busybox, mapped }

    static let mounts = [
        Line(
            "lxc.mount.entry = /no/such mnt none bind,create=dir 0 0", "cannot mount /no/such on mnt: no such file or directory",
            key: "lxc.mount.entry", "add \"optional\" to its options to start without it"),
        Line(
            "lxc.mount.entry = /usr no/place none bind 0 0",
            "cannot mount /usr on no/place: no/place does not exist in the root filesystem",
            key: "lxc.mount.entry", "add \"create=dir\" or \"create=file\" to its options"),
        Line(
            "lxc.mount.entry = none mnt nosuchfs defaults,create=dir 0 0",
            "cannot mount none on mnt: this kernel has no filesystem nosuchfs (no such device)", key: "lxc.mount.entry"),
        Line(
            "lxc.mount.entry = none mnt tmpfs nosuch=1,create=dir 0 0",
            "cannot mount none on mnt: tmpfs: Unknown parameter 'nosuch' (invalid argument)", key: "lxc.mount.entry"),
        Line(
            "lxc.mount.entry = /usr ../out none bind 0 0",
            "cannot mount /usr on ../out: the target must be a place below the root filesystem", key: "lxc.mount.entry"),
        Line(
            "lxc.mount.entry = /usr etc/passwd none bind 0 0", on: .busybox,
            "cannot mount /usr on etc/passwd: etc/passwd is no directory, the source is one (invalid argument)", key: "lxc.mount.entry"),
        Line(
            "lxc.mount.entry = /etc/passwd etc none bind 0 0", on: .busybox,
            "cannot mount /etc/passwd on etc: etc is a directory, the source is none (invalid argument)", key: "lxc.mount.entry"),
        Line(
            "lxc.rootfs.mount = /etc/passwd", "cannot use /etc/passwd as mount point: /etc/passwd is not a directory (file exists)",
            key: "lxc.rootfs.mount"),
        Line(
            "lxc.rootfs.options = idmap=/no/such",
            "cannot mount the root filesystem dir:PATH/rootfs: cannot open the user namespace /no/such: no such file or directory",
            key: "lxc.rootfs.options"),
        Line(
            "lxc.tty.dir = ../x", "cannot make /dev/../x: it leads out of its directory (invalid cross-device link)", key: "lxc.tty.dir"),
        Line(
            "lxc.mount.fstab = /no/such/fstab", "cannot use lxc.mount.fstab: cannot read \"/no/such/fstab\": no such file or directory",
            key: "lxc.mount.fstab"),
        Line(
            "lxc.mount.auto = shmounts:/no/such", "cannot mount /no/such on /dev/.lxc-mounts: no such file or directory",
            key: "lxc.mount.auto", "create the directory /no/such, shared for mounts"),
        Line(
            "lxc.rootfs.path = dir:/no/rootfs", "cannot mount the root filesystem /no/rootfs: no such file or directory",
            key: "lxc.rootfs.path", "check that the directory exists, or create the container again"),
        Line(
            "lxc.rootfs.path = nosuch:/no/rootfs", "cannot mount the root filesystem nosuch:/no/rootfs: no such file or directory",
            key: "lxc.rootfs.path", "nosuch is no kind of storage; there are dir, overlay, btrfs, loop, lvm, zfs, nbd, rbd"),
        Line(
            "lxc.hook.mount = mount -t tmpfs none $LXC_ROOTFS_MOUNT #\nlxc.rootfs.mount = /mnt",
            "cannot use the root filesystem on /mnt: a hook has mounted something else over it", "mount below it, or use lxc.mount.entry"),
    ]

    static let files = [
        Line(
            "lxc.console.logfile = /no/such/log", "cannot write the console's log /no/such/log: no such file or directory",
            key: "lxc.console.logfile"),
        Line(
            "lxc.log.file = /no/such/log", "cannot open the log file /no/such/log: no such file or directory", key: "lxc.log.file"),
        Line(
            "lxc.console.path = /dev/null", "cannot use /dev/null as the console: inappropriate ioctl for device", key: "lxc.console.path",
            "it must be a terminal"),
        Line(
            "lxc.seccomp.profile = /no/such", "cannot load the seccomp policy /no/such: no such file or directory",
            key: "lxc.seccomp.profile"),
    ]

    static let namespaces = [
        Line(
            "lxc.namespace.share.net = /etc/passwd",
            "cannot share the net namespace of /etc/passwd: it is not a namespace (invalid argument)", key: "lxc.namespace.share.net"),
        Line(
            "lxc.namespace.share.net = /proc/self/ns/mnt",
            "cannot share the net namespace of /proc/self/ns/mnt: it is a namespace of another kind: mnt (invalid argument)",
            key: "lxc.namespace.share.net"),
        Line(
            "lxc.namespace.share.ipc = nobody", "cannot share the ipc namespace of nobody: the container is not running",
            key: "lxc.namespace.share.ipc", "start nobody first"),
        Line(
            "lxc.namespace.share.uts = 4194303", "cannot share the uts namespace of 4194303: no such process",
            key: "lxc.namespace.share.uts"),
        Line(
            "lxc.time.offset.boot = -100000000s", "cannot shift the boottime clock: numerical result out of range",
            key: "lxc.time.offset.boot", "it must not go back to before its beginning"),
        Line(
            "lxc.time.offset.monotonic = -100000000s", "cannot shift the monotonic clock: numerical result out of range",
            key: "lxc.time.offset.monotonic", "it must not go back to before its beginning"),
    ]

    static let limits = [
        Line(
            "lxc.proc.oom_score_adj = 5000", "cannot set /proc/PID/oom_score_adj to 5000: invalid argument", key: "lxc.proc.oom_score_adj"),
        Line(
            "lxc.proc.attr/exec = x",
            "cannot set /proc/PID/attr/exec to x: only files directly in /proc/PID can be set (invalid argument)", key: "lxc.proc.attr/exec"
        ),
        Line(
            "lxc.sysctl.net.ipv4.no_such = 1", "cannot set the sysctl net.ipv4.no_such to 1: no such file or directory",
            key: "lxc.sysctl.net.ipv4.no_such"),
        Line(
            "lxc.cgroup2.pids.max = many", "cannot set pids.max to many: \(ControllerReason.ofSetting("pids", orElse: "invalid argument"))",
            key: "lxc.cgroup2.pids.max"),
        Line(
            "lxc.cgroup.dir.container = a/../b",
            "cannot use lxc.cgroup.dir.container: \"a/../b\" is not a path below the cgroup root", key: "lxc.cgroup.dir.container",
            "write it without .."),
    ]

    static let networks = [
        Line(
            "lxc.net.1.type = veth\nlxc.net.1.link = nosuchbr0",
            "cannot make a veth on nosuchbr0: the host has no network device of that name", key: "lxc.net.1.link",
            "make the bridge first; lxc-net start makes lxcbr0"),
        Line(
            "lxc.net.1.type = veth\nlxc.net.1.name = lo", "cannot make lo in the container: file exists", key: "lxc.net.1.name",
            "another device of the container has that name"),
        Line(
            "lxc.net.1.type = macvlan\nlxc.net.1.link = nosuch0",
            "cannot make a macvlan on nosuch0: the host has no network device of that name", key: "lxc.net.1.link",
            "see ip link for the names of the host's devices"),
        Line(
            "lxc.net.1.type = veth\nlxc.net.1.ipv4.gateway = 192.0.2.1",
            "cannot set a gateway for eth0: the device is not brought up", key: "lxc.net.1.ipv4.gateway", "add lxc.net.1.flags = up"),
        Line(
            "lxc.net.1.type = veth\nlxc.net.1.script.up = /bin/false\nlxc.net.1.script.up = /bin/true",
            "the network up script /bin/false failed: it ended with status 1", key: "lxc.net.1.script.up",
            "run it by hand with the arguments NAME net up veth VETH"),
    ]

    static let hooks = [
        Line(
            "lxc.hook.pre-start = /bin/false", "the pre-start hook /bin/false failed: it ended with status 1", key: "lxc.hook.pre-start",
            "run it by hand with the arguments NAME lxc pre-start"),
        Line(
            "lxc.hook.pre-start = /bin/false\nlxc.hook.version = 1", "the pre-start hook /bin/false failed: it ended with status 1",
            key: "lxc.hook.pre-start"),
        Line(
            "lxc.hook.pre-start = sh -c 'printf \"\\033[2J\"; exit 3' #",
            "the pre-start hook sh -c 'printf \"\\033[2J\"; exit 3' # failed: it ended with status 3; it said: \\x1b[2J",
            key: "lxc.hook.pre-start", "run it by hand with the arguments NAME lxc pre-start"),
        Line(
            "lxc.hook.start = /no/hook", "cannot run the start hook /no/hook: /no/hook does not exist in the root filesystem",
            key: "lxc.hook.start", "start hooks run inside the container; put the program there"),
    ]

    static let programs = [
        Line(
            "lxc.init.cmd = /no/init", on: .busybox, "cannot execute /no/init in the container: no such file or directory",
            key: "lxc.init.cmd", "the root filesystem PATH/rootfs has no /no/init: set lxc.init.cmd, or give a command after --"),
        Line(
            "lxc.init.cmd = /etc", on: .busybox, "cannot execute /etc in the container: permission denied", key: "lxc.init.cmd",
            "/etc is a directory: name a program in it"),
        Line(
            "lxc.init.cmd = /etc/passwd", on: .busybox, "cannot execute /etc/passwd in the container: permission denied",
            key: "lxc.init.cmd", "make /etc/passwd executable"),
        Line(
            "lxc.init.cmd = /bin/sh\nlxc.rootfs.options = noexec", on: .busybox,
            "cannot execute /bin/sh in the container: permission denied", key: "lxc.init.cmd",
            "see whether its filesystem is mounted with noexec (lxc.rootfs.options, lxc.mount.entry)"),
        Line(
            "lxc.init.cwd = /etc/passwd", on: .busybox, "cannot change to the working directory /etc/passwd: not a directory",
            key: "lxc.init.cwd"),
        Line(
            "lxc.init.uid = 70000", on: .mapped, "cannot give the terminal to init: invalid argument", key: "lxc.init.uid",
            "the container has only the ids that lxc.idmap gives it"),
        Line(
            "lxc.init.gid = 70000", on: .mapped, "cannot run init as group 70000: invalid argument", key: "lxc.init.gid",
            "the container has only the ids that lxc.idmap gives it"),
    ]

    @Test(arguments: mounts + files + namespaces + limits + networks + hooks + programs)
    func aWrongLineIsExplained(wrong: Line) throws {
        try withContainers { fixture in
            let name = try container(fixture, wrong)
            let places = try numbered(fixture, name, wrong)
            let expected = wrong.lines.map { line in
                var line = line
                for (word, text) in [("NAME", name), ("PATH", fixture.folder(name))] + places {
                    line = line.replacing(word, with: text)
                }
                return line
            }
            for options in [[], ["-F"]] {
                let result = try fixture.run(
                    fixture.installation.bin + "/lxc-start", ["-P", fixture.lxcpath, "-n", name] + options)
                #expect(result.output == "" && result.code == 1, "\(result)")
                #expect(withoutRandomName(result.error) == "lxc-start: " + expected.joined(separator: "\n") + "\n", "\(result)")
            }
        }
    }

    private func container(_ fixture: ContainerFixture, _ wrong: Line) throws -> String {
        let lines = ["lxc.net.0.type = empty"] + wrong.line.split(separator: "\n").map(String.init)
        switch wrong.base {
        case .busybox: return try fixture.busybox("wrong", config: lines)
        case .mapped: return try fixture.mapped("wrong", config: Array(lines.dropFirst()))
        case .bare:
            let rootfs = fixture.rootfs(fixture.name("wrong"))
            return try fixture.bare("wrong", config: ["lxc.rootfs.path = dir:\(rootfs)"] + lines)
        }
    }

    /// HERE is the place of the line with the key that is blamed, or of the last one.
    private func numbered(_ fixture: ContainerFixture, _ name: String, _ wrong: Line) throws -> [(String, String)] {
        guard let blamed = wrong.lines.first(where: { $0.hasPrefix("  asked for by ") })?.split(separator: " ")[3] else { return [] }
        let lines = wrong.line.split(separator: "\n")
        let file = fixture.folder(name) + "/config"
        let all = try WholeFile.text(file).split(separator: "\n", omittingEmptySubsequences: false)
        // The first where the key stands twice.
        let wanted = lines.first { $0.hasPrefix(blamed + " =") } ?? lines.last
        let number = try #require(all.lastIndex { $0 == wanted }) + 1
        return [("HERE", "\(file):\(number)")]
    }

    /// The names of devices on the host differ from start to start.
    private func withoutRandomName(_ text: String) -> String { text.replacing(/veth[A-Za-z0-9]{6}\b/, with: "VETH") }

    // MARK: - Command lines

    /// A command line; RUN is a container that runs, OFF one that does not, RO and FULL are folders of filesystems that take nothing.
    struct Command: Sendable {
        let line: String
        let code: Int32
        let error: String

        init(_ line: String, _ code: Int32 = 1, _ lines: String...) {
            self.line = line
            self.code = code
            error = lines.map { $0 + "\n" }.joined()
        }
    }

    static let starts = [
        Command("lxc-start -n RUN", 0, "lxc-start: RUN: Container is already running"),
        Command(
            "lxc-start -n OFF -p /no/such/pid", 1, "lxc-start: OFF: cannot write the pid file /no/such/pid: no such file or directory",
            "  choose another place with -p"),
        Command(
            "lxc-start -n OFF -p RO/pid", 1, "lxc-start: OFF: cannot write the pid file RO/pid: read-only file system",
            "  choose another place with -p"),
        Command(
            "lxc-start -n OFF -p FULL/pid", 1, "lxc-start: OFF: cannot write the pid file FULL/pid: no space left on device",
            "  choose another place with -p"),
        Command(
            "lxc-start -n OFF -L FULL/log", 1, "lxc-start: OFF: cannot write the console's log FULL/log: no space left on device",
            "  asked for by lxc.console.logfile at the command line"),
        Command("lxc-start -n OFF -F -- true", 0),
        Command(
            "lxc-start -n OFF -- nosuchprogram", 1,
            "lxc-start: OFF: cannot execute nosuchprogram in the container: no such file or directory",
            "  no directory of PATH has it in the container"),
        Command("lxc-start -n OFF -o RO/log", 1, "lxc-start: OFF: cannot open the log file RO/log: read-only file system"),
        Command(
            "lxc-start -n OFF -s lxc.console.logfile=/no/log", 1,
            "lxc-start: OFF: cannot write the console's log /no/log: no such file or directory",
            "  asked for by lxc.console.logfile at -s"),
        Command(
            "lxc-start -n OFF -s lxc.net.0.link", 1, "lxc-start: OFF: -s/--define: \"lxc.net.0.link\" is not of the form KEY=VAL",
            "lxc-start: could not parse command line"),
        Command("lxc-start -n OFF -f /no/config", 1, "lxc-start: OFF: cannot read /no/config: no such file or directory"),
        Command(
            "lxc-start -n missing", 1,
            "lxc-start: missing: no configuration of missing was found: LXCPATH/missing/config does not exist",
            "  see lxc-ls -P LXCPATH for the containers there are, or create it with lxc-create -n missing"),
        Command(
            "lxc-execute -n OFF", 1,
            "lxc-execute: OFF: no command to execute in OFF: neither the command line nor lxc.execute.cmd names one",
            "  give it after --: lxc-execute -n OFF -- COMMAND"),
    ]

    static let tools = [
        Command(
            "lxc-attach -n OFF -- ls", 1, "lxc-attach: OFF: Failed to get init pid: the container is not running",
            "  start the container first with lxc-start"),
        Command(
            "lxc-attach -n RUN -- /no/program", 127,
            "lxc-attach: RUN: cannot execute /no/program in the container: no such file or directory",
            "  the path, or the interpreter that it names, does not exist in the container"),
        Command(
            "lxc-attach -n RUN -- nosuchprogram", 127,
            "lxc-attach: RUN: cannot execute nosuchprogram in the container: no such file or directory",
            "  no directory of PATH has it in the container"),
        Command(
            "lxc-attach -n RUN -- /etc", 126, "lxc-attach: RUN: cannot execute /etc in the container: permission denied",
            "  it must be an executable file for the architecture of the container"),
        Command("lxc-console -n OFF", 1, "lxc-console: OFF: OFF is not running", "  lxc-ls -f shows which containers run"),
        Command(
            "lxc-cgroup -n OFF pids.max", 1, "lxc-cgroup: OFF: 'LXCPATH:OFF' is not running", "  lxc-ls -f shows which containers run"),
        Command(
            "lxc-cgroup -n RUN pids.nosuch", 1,
            "lxc-cgroup: RUN: Failed to retrieve value of 'pids.nosuch' for 'LXCPATH:RUN': \(ControllerReason.ofFile("pids", orElse: "no such file or directory"))"
        ),
        Command(
            "lxc-cgroup -n RUN pids.max many", 1,
            "lxc-cgroup: RUN: Failed to assign 'many' value to 'pids.max' for 'LXCPATH:RUN': \(ControllerReason.ofFile("pids", orElse: "invalid argument"))"
        ),
        Command(
            "lxc-device -n OFF add /dev/null", 1, "lxc-device: OFF: Container OFF is not running",
            "  start it first; what it needs at every start belongs into its configuration"),
        Command(
            "lxc-device -n RUN add /no/such", 1,
            "lxc-device: RUN: cannot add /no/such to RUN: the host has neither a network interface nor a file of that name"),
        Command(
            "lxc-device -n RUN add /etc/passwd", 1, "lxc-device: RUN: cannot use /etc/passwd: it is no device",
            "  name a character or block device of the host"),
        Command(
            "lxc-device -n RUN add /dev/full full", 1, "lxc-device: RUN: \"full\" is not an absolute path in the container",
            "lxc-device: could not parse command line"),
        Command(
            "lxc-device -n RUN del /dev/nosuch", 1,
            "lxc-device: RUN: cannot remove /dev/nosuch from RUN: there is no such file in the container"),
        Command(
            "lxc-freeze -n OFF", 1, "lxc-freeze: OFF: Failed to freeze LXCPATH:OFF: it is not running",
            "  lxc-ls -f shows which containers run"),
        Command("lxc-stop -n OFF", 2, "lxc-stop: OFF: OFF is not running", "  lxc-ls -f shows which containers run"),
        Command("lxc-destroy -n RUN", 1, "lxc-destroy: RUN: RUN is running", "  stop it first, or use -f to stop and destroy it"),
    ]

    @Test func wrongCommandLinesAreExplained() throws {
        try withContainers { fixture in
            let (off, running) = (
                try fixture.busybox("off", config: ["lxc.net.0.type = empty"]),
                try fixture.busybox("run", config: ["lxc.net.0.type = empty"])
            )
            try fixture.succeed("start", "-n", running)
            let folders = try [("RO", "ro"), ("FULL", "nr_inodes=1")].map { name, options in
                (name, try fixture.filesystem(name.lowercased(), options))
            }
            let names = [("RUN", running), ("OFF", off), ("LXCPATH", fixture.lxcpath)] + folders
            func filled(_ text: String) -> String { names.reduce(text) { $0.replacing($1.0, with: $1.1) } }
            for command in Self.starts + Self.tools {
                let words = filled(command.line).split(separator: " ").map(String.init)
                let result = try fixture.run(fixture.installation.bin + "/" + words[0], ["-P", fixture.lxcpath] + words.dropFirst())
                #expect(result.output == "" && result.code == command.code && result.error == filled(command.error), "\(result)")
            }
        }
    }

    @Test func whoIsFrozenCannotBeEntered() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("cold", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            try fixture.succeed("freeze", "-n", name)
            let result = try fixture.lxc("attach", "-n", name, "--", "true")
            #expect(
                result.error == """
                    lxc-attach: \(name): cannot run a program in the container: it is frozen
                      let it go on with lxc-unfreeze

                    """, "\(result)")
            #expect(result.output == "" && result.code == 1)
            try fixture.succeed("unfreeze", "-n", name)
        }
    }

    @Test func idsThatAContainerLacksCannotBeTaken() throws {
        try withContainers { fixture in
            let name = try fixture.mapped("few")
            try fixture.succeed("start", "-n", name)
            for (option, kind) in [("-u", "user"), ("-g", "group")] {
                let result = try fixture.lxc("attach", "-n", name, option, "70000", "--", "true")
                #expect(
                    result.error == """
                        lxc-attach: \(name): cannot become \(kind) 70000 of the container: invalid argument
                          the container has only the ids that lxc.idmap gives it

                        """, "\(result)")
                #expect(result.output == "" && result.code == 1)
            }
        }
    }
}

extension ContainerFixture {
    /// A filesystem in memory that goes with the fixture.
    fileprivate func filesystem(_ name: String, _ options: String) throws -> String {
        let folder = "\(lxcpath)/\(name)"
        let made = try run("/bin/sh", ["-ec", "mkdir \(folder); mount -t tmpfs -o \(options) none \(folder)"])
        guard made.code == 0 else { throw FixtureFailure("\(made)") }
        atEnd("filesystem \(name)") { [self] in
            let gone = try run("/bin/umount", [folder])
            if gone.code != 0 { throw FixtureFailure("\(gone)") }
        }
        return folder
    }
}
