// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// K22, K23: what an attach would find in the container is of the container's making: its list of users, its /proc.
@Suite(.needsRoot, .serialized) struct AttachSurroundingsTests {
    /// The fake holds the files that an attach could write to, as plain files and as links.
    private static let fakes = [
        "mkdir -p /proc/self/attr/apparmor /proc/self/fd /proc/thread-self/attr /proc/1/attr /proc/sys/kernel",
        "for f in self/attr/exec self/attr/current self/attr/apparmor/exec thread-self/attr/exec self/oom_score_adj self/setgroups self/uid_map 1/attr/exec; do echo untouched > /proc/$f; done",
    ]

    @Test("K22: a user is a number, and never root by mistake", arguments: ContainerKind.allCases)
    func usersAreNumbers(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            let wrong = ["4294967295", "4294967296", "-1", "+5", "0x0", " 0", "99999999999999999999", "1:2", ":2", "", "root"]
            // Whoever takes them for names finds root's.
            try fixture.write(container.rootfs + "/etc/passwd", wrong.map { "\($0):x:0:0::/:/bin/sh\n" }.joined())
            try container.succeed("start")
            for user in wrong {
                let refused = try container.lxc("attach", "--uid=\(user)", "--", "/bin/id")
                #expect(refused.code == 1 && refused.output == "", "\(refused)")
            }
            #expect(try container.succeed("attach", "--uid=1000", "--gid=1001", "--", "/bin/id", "-u").output == "1000\n")
        }
    }

    @Test("K23: the program is confined as init is, and the fake is not written to", arguments: ContainerKind.allCases)
    func fakeProc(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(
                fixture, kind,
                config: ["lxc.no_new_privs = 1", "lxc.cap.drop = net_raw sys_nice", "lxc.proc.oom_score_adj = 123"])
            try container.succeed("start")
            let initStatus = try container.initStatus()
            let faked = try container.inside(
                "umount -l /proc/sys; mount -t tmpfs -o mode=755 fake /proc; " + Self.fakes.joined(separator: "; "))
            #expect(faked.code == 0, "\(faked)")
            let words = container.words("attach", ["-n", container.name, "--", "/bin/sh", "-c", "echo ready; exec sleep 1000"])
            let attached = try fixture.background(words[0], Array(words.dropFirst()))
            // The process that entered the container first has ended, but may not have been waited for yet.
            #expect(try fixture.eventually { try fixture.children(of: attached.pid).count == 1 })
            let program = try #require(try fixture.children(of: attached.pid).first)
            let status = try ProcessStatus.read(process: "\(program)")
            #expect(status.seccompMode == 2 && status.hasNoNewPrivileges == true)
            #expect(status.boundingCapabilities == initStatus.boundingCapabilities)
            #expect(status.effectiveCapabilities == initStatus.effectiveCapabilities)
            #expect(status.inheritableCapabilities == 0 && status.ambientCapabilities == 0)
            #expect(try WholeFile.text("/proc/\(program)/oom_score_adj") == "123\n")
            let seen = try container.inside(
                "cat /proc/*/attr/* /proc/self/attr/apparmor/exec /proc/self/oom_score_adj /proc/self/setgroups /proc/self/uid_map | sort | uniq"
            )
            #expect(seen.output == "untouched\n", "\(seen)")
        }
    }
}
