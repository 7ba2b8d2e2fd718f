// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

@Suite struct MachineSnapshotTests {
    private let word = "snapshot-\(ProcessControl.pid)"

    @Test func noticesAProcess() throws {
        let before = try MachineSnapshot.take(words: [word])
        let started = try ToolRunner.run("/bin/sh", ["-c", "sh -c 'sleep 30; :' \(word)-process > /dev/null 2>&1 & echo $!"])
        let pid = try #require(started.lines.first.flatMap { Int32($0) })
        let added = try MachineSnapshot.take(words: [word]).added(since: before)
        try PidFD(pid).send(9)
        #expect(added.contains { $0.hasPrefix("process \(pid) ") && $0.contains("\(word)-process") }, "\(added)")
    }

    @Test(.needsRoot) func noticesAMount() throws {
        let folder = "/tmp/\(word)-mount"
        let before = try MachineSnapshot.take(words: [word])
        let made = try ToolRunner.run("/bin/sh", ["-c", "mkdir \(folder) && mount -t tmpfs none \(folder)"])
        #expect(made.code == 0, "\(made)")
        let added = try MachineSnapshot.take(words: [word]).added(since: before)
        _ = try ToolRunner.run("/bin/sh", ["-c", "umount \(folder); rmdir \(folder)"])
        #expect(added.contains { $0.hasPrefix("mount ") && $0.contains(folder) }, "\(added)")
        #expect(try MachineSnapshot.take(words: [word + "-mount"]).lines == [])
    }
}
