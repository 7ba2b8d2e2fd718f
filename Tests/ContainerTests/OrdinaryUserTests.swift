// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers of users who are not root, from nothing to nothing.
@Suite struct OrdinaryUserTests {
    private let user = UserWorld.first

    @Test("S1.89 S1.92: creates, starts, enters, stops and destroys", .needsRoot, .needsProgram("/usr/bin/newuidmap", package: "uidmap"))
    func createsStartsEntersStopsAndDestroys() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            let created = try world.succeed(user, "create", "-n", "web", "-t", "busybox")
            #expect(created.error.contains("its ids are mapped"))
            let rootfs = try FileStatus(of: world.containers(of: user) + "/web/rootfs")
            #expect(rootfs.owner == 100000 && rootfs.group == 100000)
            #expect(try FileStatus(of: world.containers(of: user) + "/web/config").owner == user.number)
            try world.succeed(user, "start", "-n", "web")
            #expect(try world.succeed(user, "info", "-n", "web", "-sH").output == "RUNNING\n")
            #expect(try world.succeed(user, "ls", "-1", "--running").output == "web\n")
            let seen = try world.succeed(user, "attach", "-n", "web", "--", "cat", "/proc/self/uid_map", "/proc/self/gid_map")
            let map = ["0", "100000", "65536"]
            #expect(seen.lines.map { $0.split(separator: " ").map(String.init) } == [map, map])
            #expect(try world.succeed(user, "attach", "-n", "web", "--", "id", "-u").output == "0\n")
            #expect(try world.lxc(user, "attach", "-n", "web", "--", "sh", "-c", "echo x > /dev/null; exit 7").code == 7)
            // Nobody but the user may do that.
            #expect(try world.lxc(UserWorld.second, "attach", "-P", world.containers(of: user), "-n", "web").code != 0)
            try world.succeed(user, "stop", "-n", "web", "-t", "10")
            #expect(try world.succeed(user, "info", "-n", "web", "-sH").output == "STOPPED\n")
            try world.succeed(user, "destroy", "-n", "web")
            #expect(try FileStatus.ifPresent(world.containers(of: user) + "/web") == nil)
        }
    }

    @Test(.needsRoot) func saysWhatAUserWithoutIdsLacks() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            let refused = try world.lxc(UserWorld.poor, "create", "-n", "web", "-t", "busybox")
            #expect(refused.code == 1)
            #expect(refused.error.contains("/etc/subuid") && refused.error.contains("lxc-checkconfig --user"))
            #expect(try FileStatus.ifPresent(world.containers(of: UserWorld.poor) + "/web") == nil)
        }
    }
}

extension OrdinaryUserTests {
    @Test(.needsRoot, .needsProgram("/usr/bin/newuidmap", package: "uidmap"))
    func hasANetworkThroughTheHelper() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture, usernet: ["first veth br1 1"])
            let map = ["lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"]
            let network = [
                "lxc.net.0.type = veth", "lxc.net.0.link = br1", "lxc.net.0.flags = up", "lxc.net.0.hwaddr = 00:16:3e:01:02:03",
                "lxc.net.0.ipv4.address = 10.77.0.5/24", "lxc.net.0.ipv4.gateway = auto",
            ]
            try world.write(user, ".config/lxc/default.conf", (map + network).joined(separator: "\n") + "\n")
            try world.succeed(user, "create", "-n", "web", "-t", "busybox")
            // Twice: the one device that is allowed must be free again at once.
            for _ in 0..<2 {
                try world.succeed(user, "start", "-n", "web")
                let device = try world.succeed(user, "attach", "-n", "web", "--", "ip", "addr", "show", "eth0").output
                #expect(device.contains("10.77.0.5/24") && device.contains("00:16:3e:01:02:03") && device.contains("UP"))
                #expect(try world.succeed(user, "attach", "-n", "web", "--", "ping", "-c", "1", "-W", "5", "10.77.0.1").code == 0)
                #expect(try world.succeed(user, "attach", "-n", "web", "--", "ip", "route").output.contains("default via 10.77.0.1"))
                #expect(try world.succeed(user, "info", "-n", "web", "-iH").output == "10.77.0.5\n")
                try world.succeed(user, "stop", "-k", "-n", "web")
            }
            #expect(try !world.root("/sbin/ip", "-o", "link").output.contains("master br1"))
        }
    }

    @Test(.needsRoot, .needsProgram("/usr/bin/newuidmap", package: "uidmap"))
    func isToldWhyThereIsNoNetwork() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            try world.succeed(user, "create", "-n", "web", "-t", "busybox")
            let config = world.containers(of: user) + "/web/config"
            for (lines, words) in [
                (["lxc.net.0.type = veth", "lxc.net.0.link = br1"], ["lxc-usernet", "first veth br1 NUMBER"]),
                (["lxc.net.0.type = macvlan", "lxc.net.0.link = br1"], ["veth, empty and none only"]),
                (["lxc.net.0.type = veth", "lxc.net.0.link = br1", "lxc.net.0.l2proxy = 1"], ["l2proxy", "ordinary users"]),
            ] {
                let saved = try WholeFile.text(config)
                defer { _ = try? fixture.write(config, saved) }  // the expectations tell
                try fixture.append("home/first/.local/share/lxc/web", lines)
                let refused = try world.lxc(user, "start", "-n", "web")
                #expect(refused.code == 1)
                for word in words { #expect(refused.error.contains(word), "\(refused)") }
            }
        }
    }
}

extension OrdinaryUserTests {
    @Test(.needsRoot, .needsProgram("/usr/bin/newuidmap", package: "uidmap"))
    func usesTheCgroupsThatAreTheUsers() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            // Not the one whose containers attack cgroups in other tests (HostDoorTests).
            let user = UserWorld.second
            let isUnified = try FileStatus.ifPresent("/sys/fs/cgroup/unified") == nil
            let places = try world.delegate(to: user, isUnified ? ["."] : ["unified", "freezer", "memory"])
            try world.succeed(user, "create", "-n", "web", "-t", "busybox")
            #expect(try world.lxc(user, in: places, "start", "-n", "web").code == 0)
            for place in places {
                let payload = try FileStatus(of: place + "/lxc.payload.web")
                #expect(payload.owner == user.number && payload.group == 165536 && payload.permissions == 0o775)
            }
            #expect(try world.lxc(user, in: places, "freeze", "-n", "web").code == 0)
            #expect(try world.succeed(user, "info", "-n", "web", "-sH").output == "FROZEN\n")
            #expect(try world.lxc(user, in: places, "unfreeze", "-n", "web").code == 0)
            // The kernel of a hybrid host keeps the controllers on v1, also where only v2 is mounted.
            if !isUnified {
                #expect(try world.lxc(user, in: places, "cgroup", "-n", "web", "memory.limit_in_bytes", "40960000").code == 0)
                #expect(try WholeFile.text(places[2] + "/lxc.payload.web/memory.limit_in_bytes") == "40960000\n")
            }
            #expect(try world.lxc(user, in: places, "attach", "-n", "web", "--", "true").code == 0)
            // What the container makes below belongs to its root, and goes with it all the same.
            let nested = places[0] + "/lxc.payload.web/deep/deeper"
            #expect(
                try fixture.run("/bin/sh", ["-ec", "mkdir -p \(nested); chown -R 165536:165536 \(places[0])/lxc.payload.web/deep"]).code
                    == 0)
            #expect(try world.lxc(user, in: places, "stop", "-k", "-n", "web").code == 0)
            for place in places { #expect(try FileStatus.ifPresent(place + "/lxc.payload.web") == nil) }
        }
    }

    @Test(.needsRoot, .needsProgram("/usr/bin/newuidmap", package: "uidmap"))
    func startsWithoutCgroupsAndSaysSo() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            try world.succeed(user, "create", "-n", "web", "-t", "busybox")
            let log = world.home(of: user) + "/log"
            try world.succeed(user, "start", "-n", "web", "-l", "WARN", "-o", log)
            #expect(try WholeFile.text(log).contains("the container gets no cgroups"))
            let limited = try world.lxc(user, "start", "-n", "web", "-s", "lxc.cgroup2.memory.max=1000000")
            #expect(limited.code == 0)  // it runs already
            try world.succeed(user, "stop", "-k", "-n", "web")
            let refused = try world.lxc(user, "start", "-n", "web", "-s", "lxc.cgroup.memory.limit_in_bytes=40960000")
            #expect(refused.code == 1 && refused.error.contains("memory.limit_in_bytes"), "\(refused)")
        }
    }
}

extension OrdinaryUserTests {
    @Test(.needsRoot, .needsProgram("/usr/bin/newuidmap", package: "uidmap"))
    func copiesSnapshotsRestoresAndRenames() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            // A layer is mounted by the container's root, whom a closed home keeps out.
            #expect(try world.run(as: user, "/bin/chmod", "711", world.home(of: user)).code == 0)
            try world.succeed(user, "create", "-n", "one", "-t", "busybox")
            try world.succeed(user, "copy", "-n", "one", "-N", "two")
            try world.succeed(user, "copy", "-n", "two", "-N", "layer", "-s")
            for name in ["two", "layer"] {
                let folder = try FileStatus(of: world.containers(of: user) + "/" + name)
                #expect(folder.owner == 100000 && folder.group == user.number && folder.permissions == 0o770)
                try world.succeed(user, "start", "-n", name)
                let script = "cat /etc/hostname; rm -r /etc/init.d; mkdir /etc/init.d; ls /etc/init.d; stat -c %u /etc/init.d"
                #expect(try world.succeed(user, "attach", "-n", name, "--", "sh", "-c", script).output == "\(name)0\n")
                try world.succeed(user, "stop", "-k", "-n", name)
            }
            try world.succeed(user, "snapshot", "-n", "one")
            try world.succeed(user, "usernsexec", "--", "touch", world.containers(of: user) + "/one/rootfs/later")
            try world.succeed(user, "snapshot", "-n", "one", "-r", "snap0")
            #expect(try FileStatus.ifPresent(world.containers(of: user) + "/one/rootfs/later") == nil)
            try world.succeed(user, "snapshot", "-n", "one", "-d", "snap0")
            try world.succeed(user, "copy", "-n", "one", "-N", "first", "-R")
            try world.succeed(user, "start", "-n", "first")
            #expect(try world.succeed(user, "attach", "-n", "first", "--", "cat", "/etc/hostname").output == "first")
            try world.succeed(user, "stop", "-k", "-n", "first")
            try world.succeed(user, "destroy", "-n", "first")
            try world.succeed(user, "destroy", "-n", "layer")
            try world.succeed(user, "destroy", "-n", "two")
            #expect(try DirectoryListing.names(in: world.containers(of: user)).isEmpty)
        }
    }

    /// Rows E9, K2, K3, K5, K12, K13, K18, K21 and P18 of the attack table, for containers of ordinary users.
    @Test(.needsRoot, .needsProgram("/usr/bin/newuidmap", package: "uidmap"))
    func confinesContainersOfUsers() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            let corePattern = try WholeFile.text("/proc/sys/kernel/core_pattern")
            try world.succeed(user, "create", "-n", "web", "-t", "busybox")
            try world.succeed(user, "start", "-n", "web")
            func inside(_ script: String) throws -> ToolResult { try world.lxc(user, "attach", "-n", "web", "--", "sh", "-c", script) }
            let status = try inside("grep -E '^(Groups|CapInh|CapAmb):' /proc/1/status /proc/self/status").output
            for line in status.split(separator: "\n") where line.contains("Cap") { #expect(line.hasSuffix("0000000000000000")) }
            for line in status.split(separator: "\n") where line.contains("Groups") {
                #expect(line.split(separator: ":").last?.split(whereSeparator: { $0.isWhitespace }).isEmpty ?? true)
            }
            for script in [
                "echo x > /proc/sys/kernel/core_pattern", "echo h > /proc/sysrq-trigger", "echo 0 > /proc/sys/kernel/sysrq",
                "mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk", "mknod /dev/mem2 c 1 1 && head -c 1 /dev/mem2",
                "mkdir /sys/fs/cgroup/unified/x", "mount -t cgroup2 none /mnt && mkdir /mnt/escape", "head -c 1 /proc/kcore",
                "head -c 1 /dev/kmsg",
                "swapoff -a /dev/vda", "chroot /proc/1/root/../../.. cat \(fixture.lxcpath)/etc/passwd",
            ] {
                let result = try inside(script)
                #expect(result.code != 0, "\(script) succeeded: \(result)")
            }
            #expect(try WholeFile.text("/proc/sys/kernel/core_pattern") == corePattern)
            // Another user reaches neither the files nor the container.
            let other = UserWorld.second
            #expect(try world.run(as: other, "/bin/ls", world.containers(of: user) + "/web/rootfs").code != 0)
            for tool in ["stop", "freeze", "info", "attach"] {
                #expect(try world.lxc(other, tool, "-P", world.containers(of: user), "-n", "web").code != 0, "\(tool)")
            }
            #expect(try world.succeed(user, "info", "-n", "web", "-sH").output == "RUNNING\n")
            try world.succeed(user, "stop", "-k", "-n", "web")
        }
    }

    @Test(.needsRoot) func rootMapsIDsToo() throws {
        try withContainers { fixture in
            let name = fixture.name("mapped")
            let config = fixture.lxcpath + "/mapped.conf"
            try fixture.write(config, "lxc.idmap = u 0 200000 65536\nlxc.idmap = g 0 300000 65536\nlxc.net.0.type = empty\n")
            try fixture.succeed("create", "-n", name, "-t", "busybox", "-f", config)
            let rootfs = try FileStatus(of: fixture.rootfs(name) + "/bin/busybox")
            #expect(rootfs.owner == 200000 && rootfs.group == 300000 && rootfs.permissions == 0o4755)
            #expect(try FileStatus(of: fixture.folder(name) + "/config").owner == 0)
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.succeed("attach", "-n", name, "--", "id", "-u").output == "0\n")
            try fixture.succeed("stop", "-k", "-n", name)
            try fixture.succeed("destroy", "-n", name)
            #expect(try FileStatus.ifPresent(fixture.folder(name)) == nil)
        }
    }

    @Test(.needsRoot) func rootMapsItsOwnIDsOnRequest() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture, hasOwnEtc: true)
            let folder = fixture.lxcpath + "/root"
            let create = ["-P", folder, "-n", "web", "-t", "busybox", "-f", "/dev/null", "--unprivileged"]
            let tool = fixture.installation.bin + "/lxc-create"
            let refused = try world.root([tool] + create)
            #expect(refused.code == 1 && refused.error.contains("/etc/subuid"), "\(refused)")
            for file in ["subuid", "subgid"] {
                #expect(try world.root(["/bin/sh", "-c", "echo root:500000:65536 >> /etc/\(file)"]).code == 0)
            }
            let made = try world.root([tool] + create)
            #expect(made.code == 0, "\(made)")
            #expect(try FileStatus(of: folder + "/web/rootfs/bin").owner == 500000)
            #expect(try WholeFile.text(folder + "/web/config").contains("lxc.idmap = u 0 500000 65536"))
        }
    }
}

extension OrdinaryUserTests {
    @Test(.needsRoot, .needsProgram("/usr/bin/newuidmap", package: "uidmap"))
    func worksOnATerminal() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            try world.succeed(user, "create", "-n", "web", "-t", "busybox")
            try world.succeed(user, "start", "-n", "web")
            let script = "tty; stat -c %u $(tty); exit 6"
            let words = world.command(
                as: user, [fixture.installation.bin + "/lxc-attach", "-n", "web", "-u", "5", "--", "sh", "-c", script])
            let result = try fixture.run(
                "/usr/bin/script", ["-qec", (["/usr/bin/nsenter"] + words).map { "'\($0)'" }.joined(separator: " "), "/dev/null"])
            #expect(
                result.output.contains("/dev/pts/") && result.output.split(whereSeparator: { $0.isNewline }).contains { $0.hasSuffix("5") }
                    && result.code == 6, "\(result)")
            try world.succeed(user, "stop", "-k", "-n", "web")
        }
    }
}
