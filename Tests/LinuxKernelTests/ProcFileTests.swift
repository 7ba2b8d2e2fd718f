// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct ProcFileTests {
    private func table(_ text: String) -> MountTable { MountTable(parsing: Array(text.utf8)) }

    @Test func readsEveryFieldOfAMount() throws {
        let entry = try #require(
            table(
                "36 35 98:0 /mnt1 /mnt\\0402\\134x rw,noatime shared:1 master:5 propagate_from:2 unbindable new:7 - ext3.sub /dev/root rw,errors=continue\n"
            ).entries.first)
        #expect(entry.id == 36 && entry.parent == 35 && entry.major == 98 && entry.minor == 0)
        #expect(entry.root == "/mnt1" && entry.mountPoint == "/mnt 2\\x")
        #expect(entry.options == "rw,noatime" && entry.type == "ext3.sub" && entry.source == "/dev/root")
        #expect(entry.propagation.sharedGroup == 1 && entry.propagation.masterGroup == 5)
        #expect(entry.propagation.sourceGroup == 2 && entry.propagation.isUnbindable)
        #expect(entry.hasOption("noatime") && entry.hasOption("errors=continue") && !entry.hasOption("errors"))
    }

    @Test func keepsBytesThatAreNotText() throws {
        let entry = try #require(
            MountTable(parsing: Array("1 0 0:1 / /\\012".utf8) + [0xFF, 0xEE] + Array(" rw - a b c".utf8)).entries.first)
        #expect(entry.mountPoint.kernelBytes == [0x2F, 0x0A, 0xFF, 0xEE])
    }

    @Test func emptySourceIsKept() throws {
        let entry = try #require(table("1 0 0:1 / /x rw - tmpfs  rw,size=1\n").entries.first)
        #expect(entry.source == "" && entry.superOptions == "rw,size=1" && entry.propagation == MountTable.Propagation())
    }

    @Test(arguments: [
        "garbage", "1", "1 2 3", "x 0 0:1 / / rw - a b c", "1 0 01 / / rw - a b c", "1 0 0:x / / rw - a b c", "1 0 0:1 / / rw a b c",
        "1 0 0:1 / / rw - a b", "99999999999 0 0:1 / / rw - a b c", "1 -1 0:1 / / rw - a b c", "1 0 : / / rw - a b c", " ", "- - - - - -",
        "1 0 0:99999999999 / / rw - a b c",
    ])
    func malformedLinesAreCounted(line: String) {
        let table = table("\n\(line)\n1 0 0:1 / / rw - a b c\n")
        #expect(table.entries.count == 1)
        #expect(table.malformedLines == 1)
    }

    @Test(arguments: [
        ("\\", "\\"), ("\\04", "\\04"), ("\\777", "\\777"), ("\\400", "\\400"), ("\\089", "\\089"), ("a\\040", "a "), ("\\134040", "\\040"),
    ])
    func escapes(written: String, meant: String) throws {
        #expect(try #require(table("1 0 0:1 / \(written) rw - a b c").entries.first).mountPoint == meant)
    }

    @Test func readsThisProcess() throws {
        let table = try MountTable.read()
        #expect(table.malformedLines == 0)
        let root = try #require(table.entries.last { $0.mountPoint == "/" })
        #expect(table.isReachable(root))
    }

    @Test func cgroupsOfAProcess() {
        let text = "12:cpu,cpuacct:/a:b\n1:name=systemd:/init.scope\n0::/x/../y\nbad\n7:pids\n-1:x:/\n5:memory:relative\n"
        let cgroup = ProcessCgroup(parsing: Array(text.utf8))
        #expect(cgroup.entries.count == 3)
        #expect(cgroup.path(of: "cpuacct") == "/a:b")
        #expect(cgroup.path(of: "name=systemd") == "/init.scope")
        #expect(cgroup.path(of: "memory") == nil)
        #expect(cgroup.unifiedPath == "/x/../y")
    }

    @Test func statusOfAProcess() {
        let text = """
            Name:\ta\\nb\\\\c) x
            Umask:\t0022
            State:\tS (sleeping)
            Tgid:\t77
            PPid:\t1
            TracerPid:\t0
            Uid:\t1000\t1001\t1002\t1003
            Gid:\t4294967295\t1\t2\t3
            Groups:\t4 24 4294967294 
            NStgid:\t77\t1
            NSpid:\t77\t5\t1
            VmRSS:\t    1234 kB
            Threads:\t3
            SigBlk:\t0000001000000004
            SigIgn:\t0000000000000000
            SigCgt:\tffffffffffffffff
            CapInh:\t0000000000000000
            CapPrm:\t000001ffffffffff
            CapEff:\t000001ffffffffff
            CapBnd:\t000001ffffffffff
            CapAmb:\t0000000000000000
            NoNewPrivs:\t1
            Seccomp:\t2

            """
        let status = ProcessStatus(parsing: Array(text.utf8))
        #expect(status.name == "a\nb\\c) x")
        #expect(status.state == "S")
        #expect(status.threadGroup == 77 && status.parent == 1 && status.threads == 3 && status.tracer == 0)
        #expect(status.user.map { [$0.real, $0.effective, $0.saved, $0.filesystem] } == [1000, 1001, 1002, 1003])
        #expect(status.group?.real == .max)
        #expect(status.groups == [4, 24, 4_294_967_294])
        #expect(status.namespacePIDs == [77, 5, 1])
        #expect(status.blocks(signal: 3) == true && status.blocks(signal: 37) == true && status.blocks(signal: 1) == false)
        #expect(status.blocks(signal: 0) == false && status.blocks(signal: 65) == false)
        #expect(status.caughtSignals == .max && status.boundingCapabilities == 0x1FF_FFFF_FFFF)
        #expect(status.hasNoNewPrivileges == true && status.seccompMode == 2)
        #expect(status.residentBytes == 1234 * 1024)
    }

    @Test func strangeStatusGivesNothing() {
        let text = "Uid:\t1 2 3\nUid\nSigBlk:\tzz\nGroups:\tx y\nVmRSS:\t18446744073709551615 kB\nState:\nName:\n:\n"
        let status = ProcessStatus(parsing: Array(text.utf8))
        #expect(status == ProcessStatus(parsing: []))
        #expect(status.blocks(signal: 5) == nil)
    }

    @Test func statusOfThisProcess() throws {
        let status = try ProcessStatus.read()
        #expect(status.threadGroup == ProcessControl.pid)
        #expect(status.user?.effective == ProcessControl.effectiveUser)
        #expect(status.namespacePIDs.first == ProcessControl.pid)
    }

    @Test(arguments: ["(sleep)", "(a) b (c)", "(x) 1 2 3 4 5 6 7)", "()", "(\n)"])
    func startTimeCountsFromTheLastParenthesis(name: String) {
        let text = "5 \(name) S 1 5 5 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654321 0 0 0\n"
        #expect(ProcessStartTime(parsing: Array(text.utf8))?.ticks == 987_654_321)
    }

    @Test(arguments: ["", "5 sleep S 1", "5 (sleep) S 1 2", "5 (x) S 1 5 5 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 -9 0", ")"])
    func strangeStartTimeGivesNothing(text: String) {
        #expect(ProcessStartTime(parsing: Array(text.utf8)) == nil)
    }

    @Test func startTimeIsStable() throws {
        let first = try #require(try ProcessStartTime.read(pid: ProcessControl.pid))
        #expect(try ProcessStartTime.read(pid: ProcessControl.pid) == first)
        #expect(try #require(try ProcessStartTime.read(pid: 1)).ticks <= first.ticks)
        #expect(throws: KernelError.self) { try ProcessStartTime.read(pid: -1) }
    }
}
