// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LinuxKernel
import Testing

@testable import LXCRuntime

@Suite struct OperationFailureTests {
    private func config(_ lines: String...) -> ContainerConfig {
        var config = ContainerConfig()
        for (index, line) in lines.enumerated() {
            let parts = line.split(separator: "=").map(String.init)
            config.entries.append(ConfigEntry(key: parts[0], value: parts[1], origin: ConfigOrigin(file: "/c", line: index + 1)))
        }
        return config
    }

    @Test func theKeyGetsItsPlace() {
        let failure = OperationFailure("cannot a", reason: "b", key: "lxc.x").placed(in: config("lxc.y=1", "lxc.x=2"))
        #expect(failure.lines == ["cannot a: b", "  asked for by lxc.x at /c:2"])
    }

    @Test func nobodyAskedForAKeyThatStandsNowhere() {
        #expect(OperationFailure("cannot a", reason: "b", key: "lxc.x").placed(in: config("lxc.y=1")).lines == ["cannot a: b"])
    }

    @Test func aPlaceThatIsKnownStays() {
        let origin = ConfigOrigin(file: "/other", line: 7)
        let failure = OperationFailure("cannot a", reason: "b", key: "lxc.x", origin: origin).placed(in: config("lxc.x=1"))
        #expect(failure.origin == origin)
    }

    @Test func anEmptyPlaceIsNotShown() {
        let failure = OperationFailure("cannot a", reason: "b", key: "lxc.x", origin: ConfigOrigin())
        #expect(failure.lines == ["cannot a: b", "  asked for by lxc.x"])
    }

    @Test func nothingDrivesTheTerminal() {
        let failure = OperationFailure("cannot a", reason: "it said: \u{1B}[2J\n\r", hint: "one\ntwo")
        #expect(failure.lines == ["cannot a: it said: \\x1b[2J\\x0a\\x0d", "  one", "  two"])
    }

    @Test(arguments: [(Errno.addressInUse, "it runs"), (.noMemory, nil)] as [(Errno, String?)])
    func anAdviceAnswersItsReasonsAlone(reason: Errno, advice: String?) {
        let failure = #expect(throws: OperationFailure.self) {
            try attempting("cannot a", hint: "it runs", for: [.addressInUse]) { () throws(KernelError) -> Void in
                throw KernelError(call: "bind", errno: reason, subject: "s")
            }
        }
        #expect(failure?.hint == advice)
    }

    @Test func cgroupsAreBlamedOnTheirSetting() {
        let taken = OperationFailure("cannot a", CgroupError.inUse(path: "x", setting: "lxc.cgroup.dir.container"))
        #expect(taken.key == "lxc.cgroup.dir.container" && taken.reason == "the cgroup x exists already")
        let race = OperationFailure("cannot a", CgroupError.inUse(path: "x", setting: "made by another program"))
        #expect(race.key == nil && race.reason.hasPrefix("cgroup x (made by another program)"))
        let kernel = KernelError(call: "mkdirat", errno: .readOnlyFileSystem, subject: "/sys/fs/cgroup/x")
        let refused = OperationFailure("cannot a", CgroupError.kernel(kernel))
        #expect(refused.reason == "/sys/fs/cgroup/x: read-only file system" && refused.errno == Errno.readOnlyFileSystem.rawValue)
    }

    @Test func aWaitOfOursSpeaksOfNoConnection() {
        #expect(
            KernelError(call: "poll", errno: .timedOut, subject: "x", explanation: "X did not end in time").reason
                == "x did not end in time")
        #expect(KernelError(call: "connect", errno: .timedOut, subject: "x").reason == "connection timed out")
    }
}
