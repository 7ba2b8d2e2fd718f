// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Netlink
import Testing

/// N1, N2 and N3: which network namespaces are taken, and what a refusal says.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc")) struct NamespaceTests {
    private let policy = ["lxc veth br1 50", "lxcunpriv veth br1 50"]
    private static let refusal = """
        lxc-user-nic: cannot use the network namespace: it does not exist, or it is not yours
          it has to belong to a user namespace that you made, and the file to open for you

        """

    private func isRefused(_ result: ToolResult, _ world: UserNicWorld) throws {
        #expect(result.code == 1 && result.error == Self.refusal && result.output == "", "\(result)")
        #expect(result.duration < .seconds(5))
        #expect(try world.devices().isEmpty && world.database() == [])
    }

    @Test func ownNamespaceIsTakenByNumberAndByPath() throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let made = try world.create(as: UserNicWorld.first, pid)
            let host = try #require(try world.devices().first)
            let inside = try #require(try world.devices(in: pid).first)
            #expect(made.code == 0 && made.error == "" && made.output == "eth0:\(inside.index):\(host.name):\(host.index)\n", "\(made)")
            #expect(host.name.hasPrefix("veth41001_") && host.name.utf8.count == 14)
            #expect(host.isUp && host.mtu == 1400 && host.hardwareAddress.first == 0xFE && inside.mtu == 1400)
            var socket = try world.socket()
            #expect(try host.master == socket.link(named: "br1")?.index)
            #expect(try world.database() == ["lxc veth br1 \(host.name)"])
            let words = [world.program, "create", "/path", "name", "/proc/\(pid)/ns/net", "veth", "br1", "lan%d"]
            #expect(try world.run(as: UserNicWorld.first, words).output.hasPrefix("lan0:"))
            // The form of LXC 1.0.
            #expect(try world.run(as: UserNicWorld.first, [world.program, "\(pid)", "veth", "br1", "old"]).output.hasPrefix("old:"))
            #expect(try world.database().count == 3)
        }
    }

    @Test func inheritedDescriptorIsTaken() throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let script = "exec 7< /proc/\(pid)/ns/net; exec \(world.program) create p n /proc/self/fd/7 veth br1 dev0"
            let made = try world.run(as: UserNicWorld.first, ["/bin/sh", "-c", script])
            #expect(made.code == 0 && made.output.hasPrefix("dev0:"), "\(made)")
        }
    }

    /// N1: neither root's namespaces nor those of another user, however they are named.
    @Test func foreignNamespacesAreRefused() throws {
        try withUserNicWorld(policy: policy) { world in
            let foreign = try world.container(of: UserNicWorld.second)
            let own = try world.container(of: UserNicWorld.first)
            // A container of root, with a file that everybody may open.
            let rooted = world.fixture.lxcpath + "/rooted"
            try world.root("/bin/sh", "-c", "touch \(rooted) && unshare --net=\(rooted) true")
            let paths = [rooted, "/proc/1/ns/net", "/proc/\(foreign)/ns/net", "/proc/self/ns/net", "/proc/\(own)/ns/user"]
            for target in ["1", "\(foreign)"] + paths {
                let words = [world.program, "create", "/path", "name", target, "veth", "br1"]
                try isRefused(world.run(as: UserNicWorld.first, words), world)
            }
            for path in paths {
                let words = [world.program, "delete", "/path", "name", path, "veth", "br1", "br1"]
                try isRefused(world.run(as: UserNicWorld.first, words), world)
            }
            #expect(try world.create(as: UserNicWorld.second, foreign).code == 0)
        }
    }

    /// N1: a handle on a foreign namespace that somebody gave away is not enough.
    @Test func foreignNamespaceByDescriptorIsRefused() throws {
        try withUserNicWorld(policy: policy) { world in
            let foreign = try world.container(of: UserNicWorld.second)
            let launch = world.command(as: UserNicWorld.first, [world.program, "create", "p", "n", "/proc/self/fd/7", "veth", "br1"])
            let script = "exec 7< /proc/\(foreign)/ns/net; exec /usr/bin/nsenter \"$@\""
            try isRefused(world.fixture.run("/bin/sh", ["-c", script, "sh"] + launch), world)
        }
    }

    /// N2: what is no network namespace is not opened, whatever it is, and never keeps the program.
    @Test func otherFilesAreNotTouched() throws {
        try withUserNicWorld(policy: policy) { world in
            let folder = world.fixture.lxcpath
            try world.root("/bin/sh", "-c", "mkdir -m 0700 \(folder)/secret; echo x > \(folder)/secret/file; mkfifo -m 0666 \(folder)/fifo")
            try world.root("/bin/mkdir", "\(folder)/hang", "\(folder)/plain")
            try world.root("/bin/sh", "-c", "mknod -m 0666 \(folder)/watchdog c 10 130; mknod -m 0666 \(folder)/misc c 10 9999")
            // Terminals of this world's own: a new one would show.
            try world.root("/bin/mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666", "none", "\(folder)/plain")
            try world.fixture.write("\(folder)/readable", "x")
            let watch = try world.fixture.attack("watch", ["\(folder)/readable", "\(folder)/secret/file"])
            let hang = try world.fixture.compile("hangfs")
            let fuse = try world.fixture.background(
                "/usr/bin/nsenter", ["-t", "\(world.holderPID)", "--mount", hang, "\(folder)/hang", "\(UserNicWorld.first)"])
            let paths = [
                "\(folder)/readable", "\(folder)/secret/file", "\(folder)/secret/missing", "/root/.x", "\(folder)/fifo",
                "\(folder)/watchdog", "\(folder)/misc",
                "/dev/watchdog", "/dev/ptmx", "\(folder)/plain/ptmx", "/proc/kmsg", "/dev/kmsg", "/proc/self/mem", "/etc/passwd",
                "\(folder)/plain", "/",
                "\(folder)/hang/x", "/proc/self/fd/0", "/proc/self/fd/99", "/nothing", "/" + String(repeating: "x", count: 5000),
            ]
            for path in paths {
                for words in [["create", "p", "n", path, "veth", "br1"], ["delete", "p", "n", path, "veth", "br1", "br1"]] {
                    try isRefused(world.run(as: UserNicWorld.first, [world.program] + words, seconds: 5), world)
                }
            }
            #expect(try DirectoryListing.names(in: world.outside(folder + "/plain")) == ["ptmx"])
            #expect(try watch.lines == ["ready"])
            #expect(fuse.isRunning && watch.isRunning)
        }
    }

    /// N3: whether a file exists that the caller cannot see does not show, in words, status or time.
    @Test func refusalsDoNotTellWhatExists() throws {
        try withUserNicWorld(policy: policy) { world in
            let folder = world.fixture.lxcpath
            try world.root("/bin/sh", "-c", "mkdir -m 0700 \(folder)/secret; echo x > \(folder)/secret/here; mkdir \(folder)/secret/dir")
            let targets = ["\(folder)/secret/here", "\(folder)/secret/dir/", "\(folder)/secret/gone", "1", "4194303"]
            for command in ["create", "delete"] {
                for target in targets where command == "create" || target.hasPrefix("/") {
                    let words = [world.program, command, "p", "n", target, "veth", "br1", "x"]
                    try isRefused(world.run(as: UserNicWorld.first, words), world)
                }
            }
            let words = [world.program, "delete", "p", "n", "@", "veth", "br1", "x"]
            let options = ["-n", "400", "-A", targets[0], "-B", targets[2]]
            let runs = try world.run(as: UserNicWorld.first, words, options: options, seconds: 120)
            let lines = runs.lines.map { $0.split(separator: " ").compactMap { Int($0) } }
            try #require(lines.count == 400 && lines.allSatisfy { $0.count == 3 && $0[1] == 1 }, "\(runs)")
            // Of two neighbours either may be the slower one: as often the one as the other, give or take four standard deviations.
            let times = lines.compactMap { $0.first }
            let isThere = lines.map { $0[2] == 0 }
            let slower = stride(from: 0, to: 400, by: 2).filter { (times[$0] > times[$0 + 1]) == isThere[$0] }.count
            #expect((72...128).contains(slower), "slower when it exists: \(slower) of 200")
            let medians = [true, false].map { which in (0..<400).filter { isThere[$0] == which }.map { times[$0] }.sorted()[100] / 1000 }
            print("N3: a refusal takes \(medians[0]) us when the file exists, \(medians[1]) us when not; \(slower) of 200 are slower")
        }
    }
}
