// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// K5: which devices a container may open, whichever version of cgroups keeps the list.
@Suite(.needsRoot) struct DeviceRuleTests {
    private func inside(_ fixture: ContainerFixture, _ name: String, _ script: String) throws -> ToolResult {
        try fixture.lxc("attach", "-n", name, "--", "/bin/sh", "-c", script)
    }

    @Test("S1.84 S1.120: the shipped list opens /dev/null and not /dev/loop0, until that is allowed") func shippedList() throws {
        try withContainers { fixture in
            let name = try fixture.busybox(
                "rules", config: ["lxc.net.0.type = empty", "lxc.include = \(fixture.installation.share)/config/common.conf"])
            try fixture.succeed("start", "-n", name)
            let made = try inside(
                fixture, name, "mknod /tmp/loop b 7 0 && echo x > /dev/null && head -c 1 /dev/urandom > /dev/zero && echo done")
            #expect(made.output == "done\n", "\(made)")
            let open = ": < /tmp/loop && echo opened"
            #expect(try inside(fixture, name, open).error.contains("Operation not permitted"))
            try fixture.succeed("cgroup", "-n", name, "devices.allow", "b 7:0 r")
            #expect(try inside(fixture, name, open).output == "opened\n")
            #expect(try inside(fixture, name, ": <> /tmp/loop").error.contains("Operation not permitted"), "only reading was allowed")
            try fixture.succeed("cgroup", "-n", name, "devices.deny", "b 7:0 rwm")
            #expect(try inside(fixture, name, open).error.contains("Operation not permitted"))
            #expect(try fixture.lxc("cgroup", "-n", name, "devices.allow", "nonsense").code != 0)
            #expect(try inside(fixture, name, "echo x > /dev/null && echo done").output == "done\n")
        }
    }

    @Test(arguments: ["lxc.cgroup", "lxc.cgroup2"]) func theOrderOfTheLinesCounts(prefix: String) throws {
        try withContainers { fixture in
            // Where the list is version 1's, the other spelling is for other hosts.
            let isLegacy = try FileStatus.ifPresent("/sys/fs/cgroup/devices") != nil
            let name = try fixture.busybox(
                "order",
                config: [
                    "lxc.net.0.type = empty", "\(prefix).devices.deny = a", "\(prefix).devices.allow = c 1:* rwm",
                    "\(prefix).devices.allow = c 5:* rwm", "\(prefix).devices.allow = c 136:* rw", "\(prefix).devices.deny = c 1:* w",
                ])
            try fixture.succeed("start", "-n", name)
            let written = try inside(fixture, name, "echo x > /dev/null")
            if isLegacy && prefix == "lxc.cgroup2" {
                #expect(written.code == 0, "\(written)")
            } else {
                #expect(written.error.contains("Operation not permitted"), "\(written)")
                #expect(try inside(fixture, name, "head -c 1 < /dev/zero | wc -c").output == "1\n")
            }
        }
    }

    @Test(.enabled("the list is the kernel's on cgroup v1") { try FileStatus.ifPresent("/sys/fs/cgroup/devices") == nil })
    func aRuleThatIsNoneStopsTheStart() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("bad", config: ["lxc.net.0.type = empty", "lxc.cgroup2.devices.allow = c 1:3"])
            let result = try fixture.lxc("start", "-n", name)
            #expect(result.code == 1)
            #expect(result.error.contains("cannot set devices.allow to c 1:3: it is no device rule"), "\(result)")
            #expect(result.error.contains("lxc.cgroup2.devices.allow at \(fixture.folder(name))/config:"))
        }
    }
}
