// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Values that are larger than somebody may have thought of, or that try to be something else.
@Suite(.needsRoot, .serialized) struct HostileValueTests {
    @Test("K19: large values arrive whole or not at all") func largeValues() throws {
        try withContainers { fixture in
            // No more than a page of text is what the kernel takes.
            let map = ["u", "g"].flatMap { kind in (0..<300).map { "lxc.idmap = \(kind) \($0) \(100000 + $0) 1" } }
            let long = String(repeating: "x", count: 100_000)
            let deep = (0..<16).map { _ in String(repeating: "d", count: 240) }.joined(separator: "/")
            let name = try fixture.busybox(
                "large",
                config: [
                    "lxc.net.0.type = empty", "lxc.environment = LONG=\(long)", "lxc.mount.entry = /usr \(deep) none bind,create=dir 0 0",
                ]
                    + map)
            try fixture.own(name)
            let look = "echo ${#LONG}; wc -l < /proc/self/uid_map; wc -l < /proc/self/gid_map; grep -c '\(deep)' /proc/self/mountinfo"
            try fixture.write(fixture.rootfs(name) + "/look", "#!/bin/sh\n(\(look)) > /seen\n", mode: 0o755)
            _ = try fixture.run("/bin/chmod", ["777", fixture.rootfs(name)])
            let result = try fixture.runOnce(name, "/look")
            #expect(result.code == 0, "\(result)")
            #expect(try WholeFile.text(fixture.rootfs(name) + "/seen") == "100000\n300\n300\n1\n")
        }
    }

    @Test(
        "K19: what the kernel cannot take is refused",
        arguments: [
            "lxc.environment = LONG=\(String(repeating: "x", count: 200_000))",
            "lxc.mount.entry = /usr \(String(repeating: "d/", count: 2100)) none bind,create=dir 0 0",
            "lxc.mount.entry = /usr \(String(repeating: "d", count: 300)) none bind,create=dir 0 0",
            "lxc.uts.name = \(String(repeating: "h", count: 65))",
            "lxc.sysctl.net.ipv4.ip_forward = \(String(repeating: "1", count: 70_000))",
            "lxc.net.0.name = \(String(repeating: "n", count: 70_000))",
            "lxc.idmap = u 0 100000 4294967296",
        ])
    func tooLarge(line: String) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("larger", config: ["lxc.net.0.type = empty", line])
            let result = try fixture.runOnce(name, "/bin/true")
            #expect(result.code == 1, "\(result)")
            #expect(result.error.utf8.count < 6000, "\(result.error.utf8.count) bytes")
        }
    }

    @Test(
        "K20: no sysctl but the container's own",
        arguments: [
            "kernel.core_pattern", "net/../kernel/core_pattern", "net.../kernel.core_pattern", "net/ipv4/../../kernel/core_pattern",
            "kernel/core_pattern", "net.ipv4./kernel.core_pattern", "user/../kernel/core_pattern", "fs.mqueue/../../kernel/core_pattern",
            "kernel.shmmax/../core_pattern", "vm.swappiness", "fs.file-max", "kernel.hostname/../core_pattern",
        ], [ContainerKind.privileged, .mapped])
    func sysctls(name: String, kind: ContainerKind) throws {
        try withContainers { fixture in
            let before = try fixture.keep("/proc/sys/kernel/core_pattern")
            let container = try AttackedContainer(
                fixture, kind, hasShippedSettings: false, config: ["lxc.sysctl.\(name) = \(before.split(separator: "\n").first ?? "core")"])
            let result = try container.lxc("start", "-F", "--", "/bin/true")
            #expect(result.code == 1 && result.error.contains("lxc.sysctl"), "\(result)")
            #expect(try WholeFile.text("/proc/sys/kernel/core_pattern") == before)
        }
    }
}
