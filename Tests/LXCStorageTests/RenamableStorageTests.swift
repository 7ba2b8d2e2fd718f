// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCStorage

/// Storage whose name other storage takes, with stand-ins for the tools.
struct RenamableStorageTests {
    @Test func volumes() throws {
        let (old, new) = (StorageLocation(kind: .lvm, source: "/dev/lxc/p1"), StorageLocation(kind: .lvm, source: "/dev/lxc/p1.replaced"))
        let answers = [
            (call: "lvs --unbuffered --noheadings -o lv_name /dev/lxc/p1.", script: "echo '  Failed to find logical volume' >&2; exit 5")
        ]
        try withStandIns("lvs", "lvrename", answers: answers) { (tools, _) throws in
            let backend = LVMBackend(tools: tools.folders)
            #expect(try backend.exists(old) && !backend.exists(new))
            _ = try tools.calls()
            try backend.rename(old, to: new)
            #expect(try tools.calls() == ["lvrename [lxc] [p1] [p1.replaced]"])
            let other = failure { () throws(StorageFailure) in
                try backend.rename(old, to: StorageLocation(kind: .lvm, source: "/dev/other/p1"))
            }
            #expect(other?.reason == "it is not of the form /dev/GROUP/NAME")
        }
    }

    /// LVM would remove them without a word.
    @Test func aVolumeWithThickSnapshotsIsKept() throws {
        try withStandIns("lvs", "lvremove", answers: [("lvs", "echo '  owi-a-s---'")]) { (tools, _) throws in
            let location = StorageLocation(kind: .lvm, source: "/dev/lxc/p1")
            let error = failure { () throws(StorageFailure) in try LVMBackend(tools: tools.folders).remove(location, directory: "/x") }
            #expect(error?.reason == "it has snapshots that are not thin, which would go with it")
            #expect(error?.hint?.contains("-N NAME") == true)
            #expect(try tools.calls().count == 1)
        }
    }

    @Test func aThickSnapshotHasNoSnapshots() throws {
        try withStandIns("lvs", "lvcreate", answers: [("lvs", "echo '  swi-a-s---'")]) { (tools, order) throws in
            let error = failure { () throws(StorageFailure) in
                _ = try LVMBackend(tools: tools.folders).snapshot(StorageLocation(kind: .lvm, source: "/dev/lxc/p1-snap0"), order)
            }
            #expect(error?.hint == "make a full copy instead")
            #expect(try tools.calls().count == 1)
        }
    }

    @Test func datasets() throws {
        let (old, new) = (StorageLocation(kind: .zfs, source: "tank/p1"), StorageLocation(kind: .zfs, source: "tank/p1.replaced"))
        let answers = [
            (call: "zfs list -H -o name tank/p1.", script: "echo \"cannot open 'tank/p1.replaced': dataset does not exist\" >&2; exit 1")
        ]
        try withStandIns("zfs", answers: answers) { (tools, _) throws in
            let backend = ZFSBackend(tools: tools.folders)
            #expect(try backend.exists(old) && !backend.exists(new))
            _ = try tools.calls()
            try backend.rename(old, to: new)
            #expect(try tools.calls() == ["zfs [rename] [tank/p1] [tank/p1.replaced]"])
        }
    }

    /// What was replaced is what its snapshots were made of; they must not go with it.
    @Test func clonesOfADatasetOutliveIt() throws {
        let answers = [
            (call: "zfs list -H -t snapshot", script: "test -e \"$0.promoted\" || echo tank/p1-snap0"),
            ("zfs promote", ": > \"$0.promoted\""), ("zfs get", "test -e \"$0.promoted\" && echo tank/p1-snap0@p1-snap0 || echo -"),
        ]
        try withStandIns("zfs", answers: answers) { (tools, _) throws in
            try ZFSBackend(tools: tools.folders).remove(StorageLocation(kind: .zfs, source: "tank/p1.replaced"), directory: "/x")
            #expect(
                try tools.calls().filter { !$0.hasPrefix("zfs [list]") && !$0.hasPrefix("zfs [get]") } == [
                    "zfs [promote] [tank/p1-snap0]", "zfs [destroy] [-r] [tank/p1.replaced]", "zfs [destroy] [tank/p1-snap0@p1-snap0]",
                ])
        }
    }

    /// The second restoring of one snapshot: what is to be replaced is a clone of the first one's.
    @Test func aSnapshotsNameIsNotTakenTwice() throws {
        let answers = [
            (call: "zfs list -H -o name tank/s0@p1.1", script: "exit 1"), ("zfs list -H -o name tank/p1", "exit 1"),
        ]
        try withStandIns("zfs", answers: answers) { (tools, order) throws in
            var order = order
            order.takeNames(of: StorageLocation(kind: .zfs, source: "tank/p1"))
            let made = try ZFSBackend(tools: tools.folders).snapshot(StorageLocation(kind: .zfs, source: "tank/s0"), order)
            #expect(made.text == "zfs:tank/p1")
            #expect(try tools.calls().contains("zfs [snapshot] [tank/s0@p1.1]"))
        }
    }
}
