// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers of users who are not root, from nothing to nothing.
@Suite struct OrdinaryUserTests {
    private let user = UserWorld.first

    @Test(.needsRoot, .needsProgram("/usr/bin/newuidmap", package: "uidmap"))
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
            let places = try world.delegate(to: user, ["unified", "freezer", "memory"])
            try world.succeed(user, "create", "-n", "web", "-t", "busybox")
            #expect(try world.lxc(user, in: places, "start", "-n", "web").code == 0)
            for place in places {
                let payload = try FileStatus(of: place + "/lxc.payload.web")
                #expect(payload.owner == user.number && payload.group == 100000 && payload.permissions == 0o775)
            }
            #expect(try world.lxc(user, in: places, "freeze", "-n", "web").code == 0)
            #expect(try world.succeed(user, "info", "-n", "web", "-sH").output == "FROZEN\n")
            #expect(try world.lxc(user, in: places, "unfreeze", "-n", "web").code == 0)
            #expect(try world.lxc(user, in: places, "cgroup", "-n", "web", "memory.limit_in_bytes", "40960000").code == 0)
            #expect(try WholeFile.text(places[2] + "/lxc.payload.web/memory.limit_in_bytes") == "40960000\n")
            #expect(try world.lxc(user, in: places, "attach", "-n", "web", "--", "true").code == 0)
            // What the container makes below belongs to its root, and goes with it all the same.
            let nested = places[0] + "/lxc.payload.web/deep/deeper"
            #expect(
                try fixture.run("/bin/sh", ["-ec", "mkdir -p \(nested); chown -R 100000:100000 \(places[0])/lxc.payload.web/deep"]).code
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
