// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

@testable import LXCStorage

/// What goes wrong while a tree is copied, and who wants it to.
@Suite(.needsRoot) struct TreeCopyFaultTests {
    private func failure(_ fixture: CopyFixture, _ copy: TreeCopy = .inOneProcess) -> KernelError? {
        do throws(KernelError) {
            _ = try copy.run(from: fixture.source, to: fixture.target)
            return nil
        } catch { return error }
    }

    @Test(arguments: ["mkdir target", "echo file > target", "ln -s elsewhere target", "mkdir elsewhere; ln -s elsewhere target"])
    func aTargetThatExistsIsRefused(script: String) throws {
        try CopyFixture.run { fixture in
            try fixture.shell("echo a > source/file; \(script)")
            let error = failure(fixture)
            #expect(error?.errno == .fileExists && error?.subject == fixture.target)
            #expect(try fixture.shell("ls -A target elsewhere 2>&1 | grep -c '^file$' || true") == "0\n")
        }
    }

    @Test func aSourceThatIsMissingIsNamed() throws {
        try CopyFixture.run { fixture in
            try fixture.shell("rmdir source")
            let error = failure(fixture)
            #expect(error?.errno == .noSuchFileOrDirectory && error?.subject == fixture.source)
            #expect(try FileStatus.ifPresent(fixture.target) == nil)
        }
    }

    @Test(arguments: TestHelper.allCases) func aFullDiskEndsTheCopyAtOnce(helper: TestHelper) throws {
        try CopyFixture.run { fixture in
            try fixture.shell(
                """
                mkdir -p full source/a/b; mount -t tmpfs -o size=2m none full
                head -c 1000000 /dev/urandom > source/a/small; head -c 5000000 /dev/urandom > "source/a/b/lar
                ge"
                """)
            var copy = TreeCopy()
            helper.set(on: &copy)
            do throws(KernelError) {
                _ = try copy.run(from: fixture.source, to: fixture.folder + "/full/copy")
                Issue.record("five megabytes went into two")
            } catch {
                #expect(error.errno == .noSpace && error.subject == fixture.source + "/a/b/lar\nge" && error.call == "write")
            }
            #expect(try FileStatus(of: fixture.folder + "/full/copy").permissions == 0o700)
        }
    }

    @Test func aFailureOfTheSecondProcessIsOne() throws {
        try CopyFixture.run { fixture in
            try fixture.shell("for i in $(seq 200); do echo $i > source/$i; done")
            var copy = TreeCopy()
            // One that dies before it answers.
            copy.helper = .given { _ throws(KernelError) in
                CopyPartner(try UnixSocket.pair(.sequencedPackets).closingSecond(), process: nil)
            }
            let error = failure(fixture, copy)
            #expect(error?.explanation == "the second process of the copy died" && error?.subject == fixture.source)
        }
    }

    /// P11: owners are shifted by descriptor, and what a change of owner takes away is there again.
    @Test(
        .needsProgram("/usr/sbin/setcap", package: "libcap2-bin"), .needsProgram("/usr/bin/setfacl", package: "acl"),
        .needsProgram("/usr/bin/getfattr", package: "attr"), arguments: TestHelper.allCases)
    func ownersAreShifted(helper: TestHelper) throws {
        try CopyFixture.run { fixture in
            try fixture.shell(
                """
                cd source; echo a > setuid; chown 33:33 setuid; chmod 6755 setuid; setcap cap_net_raw+ep setuid
                echo b > capable; setcap -n 5 cap_chown+ep capable; ln capable second
                mkdir sticky; chown 1:2 sticky; chmod 3777 sticky; ln -s /canary link; chown -h 3:4 link; mknod null c 1 3; mkfifo fifo
                echo c > listed; setfacl -m u:6:rw,g:7:r listed; setfacl -d -m u:8:x sticky
                """)
            let ranges = [IDRange(inside: 0, outside: 100_000, count: 1000)]
            var copy = TreeCopy(shift: OwnerShift(users: ranges, groups: ranges))
            helper.set(on: &copy)
            _ = try copy.run(from: fixture.source, to: fixture.target)
            let format = "stat -c '%n %a %u %g'"
            #expect(
                try fixture.shell("cd target; \(format) . setuid capable sticky link null") == """
                    . 755 100000 100000
                    setuid 6755 100033 100033
                    capable 644 100000 100000
                    sticky 3777 100001 100002
                    link 777 100003 100004
                    null 644 100000 100000

                    """)
            #expect(
                try fixture.shell("cd target; getcap -n setuid capable") == """
                    setuid cap_net_raw=ep [rootid=100000]
                    capable cap_chown=ep [rootid=100005]

                    """)
            let lists = try fixture.shell("cd target; getfacl -cnsp listed sticky")
            for line in ["user:100006:rw-", "group:100007:r--", "default:user:100008:--x"] { #expect(lists.contains(line)) }
            #expect(try fixture.shell("stat -c %h target/second") == "2\n")
            // And back: a capability of the host's root has no number of one.
            let back = [IDRange(inside: 100_000, outside: 0, count: 1000)]
            var second = TreeCopy(shift: OwnerShift(users: back, groups: back))
            second.useOneProcess()
            _ = try second.run(from: fixture.target, to: fixture.folder + "/back")
            #expect(try fixture.shell("rsync -aHAXn --checksum --itemize-changes source/ back/") == "")
        }
    }

    @Test(arguments: ["chown 1000 source/d/f", "chgrp 1000 source/d/f", "setfacl -m u:1000:r source/d/f", "chown -h 1000 source/d/l"])
    func anIdWithoutAPlaceIsNamed(script: String) throws {
        try CopyFixture.run { fixture in
            try fixture.shell("mkdir source/d; echo a > source/d/f; ln -s f source/d/l; \(script)")
            let ranges = [IDRange(inside: 0, outside: 100_000, count: 1000)]
            var copy = TreeCopy(shift: OwnerShift(users: ranges, groups: ranges))
            copy.useOneProcess()
            let error = failure(fixture, copy)
            #expect(error?.errno == .overflow && error?.subject.hasPrefix(fixture.source + "/d/") == true)
            #expect(error?.reason.contains("1000") == true)
        }
    }

    /// Somebody exchanges directories and files for links to what is not in the tree, again and again.
    @Test(arguments: TestHelper.allCases) func nobodyGetsAnythingIntoTheCopyByRenaming(helper: TestHelper) throws {
        try CopyFixture.run { fixture in
            try fixture.shell(
                """
                mkdir -p canary source/directory/sub; echo precious > canary/file; echo precious > canary/sub; chmod 0640 canary/*
                for i in $(seq 40); do echo mine > source/directory/$i; echo mine > source/f$i; done
                echo mine > source/file; echo mine > source/directory/file; echo mine > source/directory/sub/file
                ln -s \(fixture.folder)/canary source/to-directory; ln -s \(fixture.folder)/canary/file source/to-file
                gcc -O1 -o swap '\(TestInstallation.checkout)/Tests/Attackers/swap.c'; stat -c '%n %a %u %y %z' canary canary/* > before
                """)
            let places = ["directory", "to-directory", "file", "to-file"].map { fixture.source + "/" + $0 }
            let swapper = try BackgroundProgram(fixture.folder + "/swap", places, environment: ProcessEnvironment.lines)
            defer { do { try swapper.stop() } catch { Issue.record("\(error)") } }
            var (done, refused) = (0, 0)
            let end = MonotonicInstant.now + .seconds(2)
            while !end.hasPassed {
                let target = "\(fixture.target)-\(done + refused)"
                var copy = TreeCopy(
                    shift: OwnerShift(
                        users: [IDRange(inside: 0, outside: 100_000, count: 1)], groups: [IDRange(inside: 0, outside: 100_000, count: 1)]))
                helper.set(on: &copy)
                do throws(KernelError) {
                    _ = try copy.run(from: fixture.source, to: target)
                    done += 1
                } catch { refused += 1 }
            }
            #expect(swapper.isRunning && done > 0, "\(done) copies, \(refused) ended with an error")
            #expect(try fixture.shell("grep -rl precious target-* || true") == "")
            try fixture.shell("stat -c '%n %a %u %y %z' canary canary/* | cmp - before")
        }
    }

    /// Blocks are shared where the filesystem can.
    @Test(
        .needsProgram("/usr/sbin/mkfs.xfs", package: "xfsprogs"), .needsProgram("/usr/bin/rsync", package: "rsync"),
        arguments: ["xfs", "btrfs"])
    func blocksAreShared(kind: String) throws {
        try CopyFixture.run { fixture in
            guard try FileStatus.ifPresent("/usr/sbin/mkfs." + kind) != nil else { return }
            try fixture.shell("truncate -s 400M image; mkfs.\(kind) -q image; mkdir disk")
            // Not every kernel has the filesystem.
            guard try ToolRunner.run("/bin/mount", ["-o", "loop", fixture.folder + "/image", fixture.folder + "/disk"]).code == 0 else {
                return
            }
            try fixture.shell("mkdir disk/source; head -c 100M /dev/urandom > disk/source/large; echo a > disk/source/small; sync -f disk")
            let used = "sync -f disk; df --output=used -k disk | tail -1"
            let before = try Int(fixture.shell(used).filter(\.isNumber)) ?? 0
            _ = try TreeCopy.inOneProcess.run(from: fixture.folder + "/disk/source", to: fixture.folder + "/disk/target")
            let after = try Int(fixture.shell(used).filter(\.isNumber)) ?? .max
            #expect(after - before < 10_000, "\(after - before) KiB more are used")
            #expect(try fixture.shell("cd disk; rsync -aHAXn --checksum --itemize-changes source/ target/") == "")
        }
    }
}
