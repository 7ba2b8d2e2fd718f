// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// K6: what may be opened stays what it is through everything that happens to a container.
@Suite(.needsRoot, .serialized) struct DeviceRuleLifeTests {
    @Test("K5, K6: the device rules hold after freezing, a reboot, another device, and in cgroups of the container's making")
    func rulesStay() throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, .privileged)
            try container.succeed("start")
            try DirectoryHandle(opening: container.rootfs).makeDirectories("made")
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
            // Another device is let in and taken away again.
            let node = fixture.lxcpath + "/node"
            #expect(try fixture.run("/bin/mknod", ["-m", "666", node, "c", "10", "200"]).code == 0)
            try container.succeed("device", "add", node, "/dev/tunnel")
            try expectClosed("with another device")
            #expect(try container.inside("[ -c /dev/tunnel ] && mknod /made/fd0 b 2 0; true < /made/fd0").code != 0)
            try container.succeed("device", "del", node, "/dev/tunnel")
            #expect(try container.inside("mknod /made/tunnel c 10 200; true < /made/tunnel").error.contains("Operation not permitted"))
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
}
