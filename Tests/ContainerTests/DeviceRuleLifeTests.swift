// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// K6: what may be opened stays what it is through everything that happens to a container.
@Suite(.needsRoot, .serialized) struct DeviceRuleLifeTests {
    /// Containers with ids of their own have no list as they are shipped, since they can make no device files. Here one gets some of the
    /// host's, and a list.
    private func container(_ fixture: ContainerFixture, _ kind: ContainerKind) throws -> AttackedContainer {
        guard kind != .privileged else { return try AttackedContainer(fixture, kind) }
        let nodes = fixture.lxcpath + "/nodes"
        let made = try fixture.run(
            "/bin/sh",
            [
                "-ec",
                "mkdir \(nodes); cd \(nodes); mknod -m 666 loop b 7 0; mknod -m 666 fd0 b 2 0; mknod -m 666 tunnel c 10 200",
            ])
        #expect(made.code == 0, "\(made)")
        let rules = ["cgroup", "cgroup2"].flatMap { version in
            ["deny = a", "allow = c 1:* rwm", "allow = c 5:* rwm", "allow = c 136:* rwm"].map { "lxc.\(version).devices.\($0)" }
        }
        return try AttackedContainer(fixture, kind, config: rules + ["lxc.mount.entry = \(nodes) made none bind 0 0"])
    }

    @Test(
        "K5, K6: the device rules hold after freezing, a reboot, another device, and in cgroups of the container's making",
        arguments: [ContainerKind.privileged, .mapped])
    func rulesStay(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try container(fixture, kind)
            try DirectoryHandle(opening: container.rootfs).makeDirectories("made")
            try container.succeed("start")
            let try7 =
                "[ -e /made/loop ] || mknod /made/loop b 7 0; (true < /made/loop) && echo opened; (true <> /made/loop) && echo opened"
            func expectClosed(_ moment: String) throws {
                let result = try container.inside(try7 + "; echo x > /dev/null && echo asked")
                #expect(result.output == "asked\n" && result.error.contains("Operation not permitted"), "\(moment): \(result)")
            }
            try expectClosed("at first")
            try container.succeed("freeze")
            try container.succeed("unfreeze")
            try expectClosed("after freezing")
            // Those with ids of their own get none while they run.
            if kind == .privileged { try addAndRemove(container, expectClosed: expectClosed) }
            // A cgroup below has no more than the one above.
            let nested =
                "mkdir -p /sys/fs/cgroup/own /sys/fs/cgroup/devices/own /sys/fs/cgroup/unified/own 2> /dev/null; "
                + "for g in /sys/fs/cgroup/own /sys/fs/cgroup/devices/own /sys/fs/cgroup/unified/own; do echo $$ > $g/cgroup.procs; echo a > $g/devices.allow; done 2> /dev/null; "
            let below = try container.inside(nested + try7 + "; echo asked")
            #expect(below.output == "asked\n", "\(below)")
            let before = try container.initPID()
            try container.succeed("stop", "--reboot")
            #expect(try fixture.eventually(seconds: 10) { (try? container.initPID()).map { $0 != before } ?? false })
            try expectClosed("after a reboot")
            try container.succeed("cgroup", "devices.allow", "b 7:0 r")
            #expect(try container.inside("true < /made/loop && echo opened").output == "opened\n")
            try container.succeed("stop", "-k")
            try container.succeed("start")
            try expectClosed("after another start")
        }
    }

    /// Another device is let in and taken away again.
    private func addAndRemove(_ container: AttackedContainer, expectClosed: (String) throws -> Void) throws {
        let node = container.fixture.lxcpath + "/node"
        #expect(try container.fixture.run("/bin/mknod", ["-m", "666", node, "c", "10", "200"]).code == 0)
        try container.succeed("device", "add", node, "/dev/tunnel")
        try expectClosed("with another device")
        #expect(try container.inside("[ -c /dev/tunnel ] && mknod /made/fd0 b 2 0; true < /made/fd0").error.contains("not permitted"))
        try container.succeed("device", "del", node, "/dev/tunnel")
        let again = try container.inside("mknod /made/tunnel c 10 200; true < /made/tunnel")
        #expect(again.error.contains("/made/tunnel: Operation not permitted"), "\(again)")
    }
}
