// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// A broken start says what, on what, why, where it was asked for, and what to do; and nothing stays behind.
@Suite(.needsRoot) struct FailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let line: String
        let words: [String]
        var testDescription: String { line }
    }

    @Test(
        "S2.23: what ends a start, as a hook that fails does, explains itself",
        arguments: [
            Case(
                line: "lxc.mount.entry = /no/such mnt none bind 0 0",
                words: ["cannot mount /no/such on mnt", "no such file or directory", "lxc.mount.entry", "config:", "optional"]),
            Case(
                line: "lxc.mount.entry = /usr no/target none bind 0 0",
                words: ["does not exist in the root filesystem", "create=dir", "config:"]),
            Case(line: "lxc.init.cmd = /no/init", words: ["/no/init", "no such file or directory", "lxc.init.cmd", "config:"]),
            Case(line: "lxc.hook.pre-start = /bin/false", words: ["pre-start hook /bin/false failed", "status 1", "config:"]),
            Case(line: "lxc.hook.mount = /no/hook", words: ["mount hook /no/hook failed", "config:"]),
            Case(line: "lxc.mount.entri = /a b none bind", words: ["lxc.mount.entri", "did you mean lxc.mount.entry", "config:"]),
            Case(line: "lxc.sysctl.kernel.core_pattern = x", words: ["core_pattern", "whole host", "config:"]),
            Case(line: "lxc.prlimit.nofle = 3", words: ["nofle", "config:"]),
            Case(line: "lxc.net.3.type = macvlan", words: ["macvlan", "lxc.net.3.type", "config:"]),
            Case(line: "lxc.seccomp.profile = /x", words: ["seccomp", "config:"]),
            Case(line: "lxc.rootfs.path = dir:/no/rootfs", words: ["/no/rootfs", "no such file or directory", "config:"]),
            Case(line: "lxc.namespace.share.net = nobody", words: ["cannot share the net namespace of nobody", "config:"]),
            Case(line: "lxc.console.path = /dev/null", words: ["/dev/null", "terminal", "config:"]),
        ])
    func aBrokenStartExplainsItself(broken: Case) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("broken", config: ["lxc.net.0.type = empty", broken.line])
            let result = try fixture.lxc("start", "-n", name)
            #expect(result.code == 1)
            #expect(result.error.split(separator: "\n").count <= 5, "\(result)")
            for word in broken.words { #expect(result.error.contains(word), "\(word) in \(result)") }
            #expect(result.error.hasPrefix("lxc-start: \(name): "), "\(result)")
            #expect(try fixture.run("/bin/sh", ["-c", "find /sys/fs/cgroup -name '*\(fixture.tag)*'"]).output == "")
        }
    }

    @Test func initThatEndsAtOnceIsNoFailure() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("short", config: ["lxc.net.0.type = empty"])
            for _ in 0..<20 {
                try fixture.succeed("start", "-n", name, "--", "/bin/true")
                #expect(try fixture.eventually { try fixture.state(name) == "STOPPED" })
            }
        }
    }

    /// The supervisor listens before a slow hook ends: the container can be looked at and its start given up.
    @Test func aHangingHookCanBeStopped() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("hang", config: ["lxc.net.0.type = empty", "lxc.hook.pre-start = sleep 100 #"])
            let start = try fixture.run(
                "/bin/sh", ["-c", "\(fixture.installation.bin)/lxc-start -P \(fixture.lxcpath) -n \(name) > /dev/null 2>&1 & echo $!"])
            #expect(start.code == 0)
            #expect(try fixture.eventually { try fixture.state(name) == "STARTING" })
            let result = try fixture.lxc("stop", "-n", name, "-k", seconds: 5)
            #expect(result.code == 0, "\(result)")
            #expect(result.duration < .seconds(4))
        }
    }
}
