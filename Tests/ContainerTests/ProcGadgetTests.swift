// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// P2, P3: a /proc of the container's making catches or diverts nothing that we write to the kernel.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct ProcGadgetTests {
    private static let corePattern = "/proc/sys/kernel/core_pattern"

    /// A root filesystem whose /proc is a fake, with the host's own proc within reach for links: the gadget is the host's core pattern.
    private func gadget(_ fixture: ContainerFixture, _ kind: ContainerKind, _ config: [String]) throws -> AttackedContainer {
        let container = try AttackedContainer(
            fixture, kind, hasShippedSettings: false,
            config: ["lxc.mount.auto =", "lxc.mount.entry = /proc mnt none rbind 0 0"] + config)
        let prepared = try fixture.run(
            "/bin/sh",
            [
                "-ec",
                """
                chmod 777 \(container.rootfs); cd \(container.rootfs); mkdir -p proc/sys/net/ipv4 proc/1/attr proc/sys/kernel
                for f in sys/net/ipv4/ip_forward 1/oom_score_adj 1/attr/exec 1/attr/current; do
                    ln -s /mnt/sys/kernel/core_pattern proc/$f
                done
                ln -s 1 proc/self; ln -s 1 proc/thread-self
                """,
            ])
        #expect(prepared.code == 0, "\(prepared)")
        return container
    }

    /// The payload shows what the kernel really has, through a proc of its own or, where it gets none, the host's.
    private func look(_ container: AttackedContainer) throws -> ToolResult {
        let proc = container.kind == .privileged ? "/run/p" : "/mnt"
        let mount = container.kind == .privileged ? "mkdir -p /run/p && mount -t proc p /run/p && " : ""
        let script = "\(mount)cat \(proc)/sys/net/ipv4/ip_forward \(proc)/self/oom_score_adj > /seen || exit 7"
        try container.fixture.write(container.rootfs + "/look", "#!/bin/sh\n\(script)\n", mode: 0o755)
        return try container.lxc("start", "-F", "--", "/look")
    }

    @Test(arguments: ContainerKind.allCases) func settingsReachTheKernelAndNothingElse(kind: ContainerKind) throws {
        try withContainers { fixture in
            let before = try WholeFile.text(Self.corePattern)
            fixture.atEnd(Self.corePattern) { try WholeFile.writeControl(Self.corePattern, before) }
            let container = try gadget(fixture, kind, ["lxc.sysctl.net.ipv4.ip_forward = 1", "lxc.proc.oom_score_adj = 17"])
            let result = try look(container)
            #expect(result.code == 0, "\(result)")
            #expect(try WholeFile.text(container.rootfs + "/seen") == "1\n17\n")
            #expect(try WholeFile.text(Self.corePattern) == before)
        }
    }

    /// The same while the fake changes places with a link to the host's proc all the time.
    @Test(arguments: ContainerKind.allCases) func settingsReachTheKernelDuringARace(kind: ContainerKind) throws {
        try withContainers { fixture in
            let before = try WholeFile.text(Self.corePattern)
            fixture.atEnd(Self.corePattern) { try WholeFile.writeControl(Self.corePattern, before) }
            let container = try gadget(fixture, kind, ["lxc.sysctl.net.ipv4.ip_forward = 1", "lxc.proc.oom_score_adj = 17"])
            let rootfs = container.rootfs
            _ = try fixture.run("/bin/ln", ["-s", "/mnt", rootfs + "/proc2"])
            let leaf = rootfs + "/proc/sys/net/ipv4/ip_forward"
            try fixture.write(leaf + "2", "")
            let attacker = try fixture.attack("swap", [leaf, leaf + "2", rootfs + "/proc", rootfs + "/proc2"])
            for _ in 0..<RaceRounds.count(few: 20, many: 10_000) {
                let result = try look(container)
                #expect(result.code == 0, "\(result)")
                #expect(try WholeFile.text(rootfs + "/seen") == "1\n17\n")
                #expect(try WholeFile.text(Self.corePattern) == before)
            }
            #expect(attacker.isRunning)
        }
    }

    /// The label of an attached program is written through the host's proc; where no module takes labels that is a failure, not a file.
    @Test(arguments: ContainerKind.allCases) func labelOfAnAttachedProgramIsNotCaught(kind: ContainerKind) throws {
        try withContainers { fixture in
            let before = try WholeFile.text(Self.corePattern)
            fixture.atEnd(Self.corePattern) { try WholeFile.writeControl(Self.corePattern, before) }
            let container = try gadget(fixture, kind, [])
            try container.succeed("start", "--", "/bin/sleep", "1000")
            let result = try container.lxc("attach", "--context", "caught-label", "--", "/bin/true")
            #expect(result.code == 1 && result.error.contains("caught-label"), "\(result)")
            #expect(try WholeFile.text(Self.corePattern) == before)
        }
    }
}
