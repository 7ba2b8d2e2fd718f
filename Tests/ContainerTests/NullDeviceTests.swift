// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// P5: what the root filesystem has as /dev/null is used only when it is the null device.
@Suite(.needsRoot) struct NullDeviceTests {
    @Test(arguments: [
        "touch dev/null", "mkfifo dev/null", "mknod dev/null c 1 7", "mknod dev/null c 5 0", "mknod dev/null b 1 3", "mkdir dev/null",
        "ln -s $C/secret dev/null", "ln -s /mnt/sys/kernel/core_pattern dev/null", ":", "mknod dev/null c 1 3",
    ])
    func standardStreamsAreTheNullDevice(make: String) throws {
        try withContainers { fixture in
            let canary = try Canary(fixture)
            let name = try fixture.busybox(
                "null",
                config: [
                    "lxc.net.0.type = empty", "lxc.autodev = 0", "lxc.console.path = none", "lxc.mount.entry =",
                    "lxc.mount.entry = /proc mnt none rbind 0 0",
                ])
            let prepared = try fixture.run(
                "/bin/sh", ["-ec", "C=\(canary.path); cd \(fixture.rootfs(name)); rm -rf dev; mkdir dev; \(make)"])
            #expect(prepared.code == 0, "\(prepared)")
            let before = try canary.listing(fixture)
            try fixture.succeed("start", "-n", name, "--", "/bin/sleep", "1000")
            let pid = try fixture.initPID(name)
            for number in 0...2 {
                let status = try FileStatus(of: "/proc/\(pid)/fd/\(number)")
                #expect(status.kind == .characterDevice && status.deviceNumber == DeviceNumber(major: 1, minor: 3).rawValue, "\(number)")
            }
            #expect(try canary.listing(fixture) == before)
        }
    }
}
