// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// K18: a container that reboots again and again under one supervisor, and nothing else does.
@Suite(.needsRoot, .serialized) struct RebootTests {
    /// Counts its boots and asks the kernel for a reboot until there were as many as the file `/until` says.
    private static let script = """
        #!/bin/sh
        boots=$(($(cat /boots) + 1))
        echo $boots > /boots.new
        mv /boots.new /boots
        while [ $boots -ge $(cat /until) ]; do usleep 10000; done
        exec /bin/busybox reboot -f

        """

    private func boot(_ fixture: ContainerFixture, _ name: String, until count: Int) throws {
        try fixture.write(fixture.rootfs(name) + "/until.new", "\(count)\n")
        try HostPath.rename(fixture.rootfs(name) + "/until.new", to: fixture.rootfs(name) + "/until")
        let isDone = try fixture.eventually(seconds: 10 + Double(count) / 2) {
            try WholeFile.text(fixture.rootfs(name) + "/boots") == "\(count)\n"
        }
        #expect(isDone)
    }

    /// `LXC_TEST_CYCLES` reboots; 30 by default, 1000 for the acceptance.
    @Test func theSupervisorDoesNotGrow() throws {
        try withContainers { fixture in
            let count = ProcessEnvironment.value("LXC_TEST_CYCLES").flatMap { Int($0) } ?? 30
            let name = try fixture.busybox("again", config: ["lxc.net.0.type = empty", "lxc.hook.stop = true #"])
            try prepare(fixture, name)
            try fixture.succeed("start", "-n", name, "--", "/init.sh")
            // The first runs bring the heap to its size.
            try boot(fixture, name, until: 6)
            let supervisor = try #require(try fixture.supervisor(name))
            let before = try ProcessUsage.atRest(supervisor)
            let things = try fixture.residue(name).filter { !$0.hasPrefix("process") }.map(Self.withoutNumbers)
            try boot(fixture, name, until: 6 + count)
            let after = try ProcessUsage.atRest(supervisor)
            print("leaks: \(count) reboots: \(before) before, \(after) after")
            #expect(try fixture.supervisor(name) == supervisor)
            #expect(after.descriptors == before.descriptors)
            #expect(after.privateDirty <= before.privateDirty + 64)
            #expect(try fixture.residue(name).filter { !$0.hasPrefix("process") }.map(Self.withoutNumbers) == things)
        }
    }

    /// What is owed is written down again for each run: here the pid file, which the next start removes.
    @Test func theJournalOfARebootedContainerIsComplete() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("owed", config: ["lxc.net.0.type = empty"])
            try prepare(fixture, name)
            let pidFile = fixture.lxcpath + "/pid"
            try fixture.succeed("start", "-n", name, "-p", pidFile, "--", "/init.sh")
            try boot(fixture, name, until: 2)
            try fixture.kill(try #require(try fixture.supervisor(name)))
            #expect(try FileStatus.ifPresent(pidFile) != nil)
            try fixture.succeed("start", "-n", name)
            #expect(try FileStatus.ifPresent(pidFile) == nil)
        }
    }

    private func prepare(_ fixture: ContainerFixture, _ name: String) throws {
        try fixture.write(fixture.rootfs(name) + "/init.sh", Self.script, mode: 0o755)
        try fixture.write(fixture.rootfs(name) + "/boots", "0\n")
        try fixture.write(fixture.rootfs(name) + "/until", "1\n")
    }

    /// The journal names processes and times, which are others after a reboot.
    private static func withoutNumbers(_ line: String) -> String { line.hasPrefix("journal") ? line.filter { !$0.isNumber } : line }
}
