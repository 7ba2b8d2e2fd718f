// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCStorage

/// The command lines of storage that this machine does not have; those of C LXC 5.0.2 were seen with the same stand-ins.
struct ToolCallTests {
    @Test("S1.56 S1.57 S1.58 S1.59: names, filesystem and size of a logical volume, given and by default") func aVolumeOfItsOwn() throws {
        try withStandIns("lvs", "lvcreate", "lvremove", "mkfs.xfs", answers: [("lvs", "exit 5")]) { (tools, order) throws in
            var order = order
            order.volumeGroup = "vg2"
            order.logicalVolume = "l1"
            order.filesystem = "xfs"
            order.size = 300 << 20
            let backend = LVMBackend(tools: tools.folders)
            let location = try backend.create(order)
            #expect(location.text == "lvm:/dev/vg2/l1")
            #expect(
                try tools.calls() == [
                    "lvs [--unbuffered] [--noheadings] [-o] [lv_attr] [/dev/vg2/lxc]",
                    "lvcreate [-Wy] [--yes] [-L] [314572800b] [vg2] [-n] [l1]", "mkfs.xfs [-q] [-f] [/dev/vg2/l1]",
                ])
            try backend.remove(location, directory: order.directory)
            #expect(
                try tools.calls() == [
                    "lvs [--unbuffered] [--noheadings] [-o] [lv_attr] [/dev/vg2/l1]", "lvremove [-f] [/dev/vg2/l1]",
                ])
        }
    }

    @Test("S1.56 to S1.60: by default p1 in lxc, ext4, 1 GiB; in a thin pool") func aThinVolume() throws {
        try withStandIns("lvs", "lvcreate", "mkfs.ext4", answers: [("lvs", "echo '  twi-a-tz--'")]) { (tools, order) throws in
            #expect(try LVMBackend(tools: tools.folders).create(order).text == "lvm:/dev/lxc/p1")
            #expect(
                try tools.calls() == [
                    "lvs [--unbuffered] [--noheadings] [-o] [lv_attr] [/dev/lxc/lxc]",
                    "lvcreate [-Wy] [--yes] [--thinpool] [/dev/lxc/lxc] [-V] [1073741824b] [lxc] [-n] [p1]",
                    "mkfs.ext4 [-q] [-F] [/dev/lxc/p1]",
                ])
        }
    }

    @Test func snapshotsOfVolumes() throws {
        let original = StorageLocation(kind: .lvm, source: "/dev/lxc/p0")
        try withStandIns("lvs", "lvcreate", answers: [("lvs", "echo '  Vwi-a-tz--'")]) { (tools, order) throws in
            #expect(try LVMBackend(tools: tools.folders).snapshot(original, order).text == "lvm:/dev/lxc/p1")
            #expect(try tools.calls().last == "lvcreate [-s] [--setactivationskip] [n] [-n] [p1] [/dev/lxc/p0]")
        }
        let answers = [(call: "lvs --unbuffered --noheadings -o", script: "echo '  -wi-a-----'"), ("lvs", "echo '  4194304'")]
        try withStandIns("lvs", "lvcreate", answers: answers) { (tools, order) throws in
            _ = try LVMBackend(tools: tools.folders).snapshot(original, order)
            #expect(
                try tools.calls().suffix(2) == [
                    "lvs [--unbuffered] [--noheadings] [--units] [b] [--nosuffix] [-o] [lv_size] [/dev/lxc/p0]",
                    "lvcreate [-s] [-L] [4194304b] [-n] [p1] [/dev/lxc/p0]",
                ])
        }
    }

    @Test func aVolumeWithoutAFilesystemIsRemovedAgain() throws {
        let answers = [(call: "lvs", script: "exit 5"), ("mkfs", "echo first >&2; echo '  no room  ' >&2; exit 1")]
        try withStandIns("lvs", "lvcreate", "lvremove", "mkfs.ext4", answers: answers) { (tools, order) throws in
            let error = failure { () throws(StorageFailure) in _ = try LVMBackend(tools: tools.folders).create(order) }
            #expect(error?.reason == "mkfs.ext4: no room")
            #expect(error?.hint == nil)
            #expect(try tools.calls().last == "lvremove [-f] [/dev/lxc/p1]")
        }
    }

    @Test func whatCannotBeTakenBackIsNamed() throws {
        let answers = [(call: "lvremove", script: "echo busy >&2; exit 5"), ("mkfs", "exit 1")]
        try withStandIns("lvs", "lvcreate", "lvremove", "mkfs.ext4", answers: answers) { (tools, order) throws in
            let error = failure { () throws(StorageFailure) in _ = try LVMBackend(tools: tools.folders).create(order) }
            #expect(error?.hint == "the logical volume /dev/lxc/p1 stays behind: lvremove: busy")
        }
    }

    @Test func aVolumeThatHasGoneIsNoObstacle() throws {
        let location = StorageLocation(kind: .lvm, source: "/dev/lxc/p1")
        let gone = [(call: "lvremove", script: "echo '  Failed to find logical volume \"lxc/p1\"' >&2; exit 5")]
        try withStandIns("lvs", "lvremove", answers: gone) { (tools, _) throws in
            try LVMBackend(tools: tools.folders).remove(location, directory: "/x")
        }
        try withStandIns("lvs", "lvremove", answers: [("lvremove", "echo '  Logical volume lxc/p1 in use.' >&2; exit 5")]) {
            (tools, _) throws in
            let error = failure { () throws(StorageFailure) in try LVMBackend(tools: tools.folders).remove(location, directory: "/x") }
            #expect(error?.reason == "lvremove: Logical volume lxc/p1 in use.")
        }
    }

    @Test func datasets() throws {
        let answers = [(call: "zfs list -H -o", script: "exit 1"), ("zfs get", "echo -")]
        try withStandIns("zfs", answers: answers) { (tools, order) throws in
            var order = order
            order.zfsRoot = "tank/x"
            let backend = ZFSBackend(tools: tools.folders)
            let location = try backend.create(order)
            #expect(location.text == "zfs:tank/x/p1")
            #expect(
                try tools.calls() == [
                    "zfs [list] [-H] [-o] [name] [tank/x/p1]",
                    "zfs [create] [-o] [mountpoint=\(order.directory)/rootfs] [-o] [canmount=noauto] [-p] [tank/x/p1]",
                ])
            try backend.remove(location, directory: order.directory)
            #expect(
                try tools.calls() == [
                    "zfs [get] [-H] [-o] [value] [origin] [tank/x/p1]",
                    "zfs [list] [-H] [-t] [snapshot] [-d] [1] [-o] [clones] [tank/x/p1]", "zfs [destroy] [-r] [tank/x/p1]",
                ])
        }
    }

    @Test func clonesOfDatasets() throws {
        let answers = [(call: "zfs list -H -o", script: "exit 1"), ("zfs get", "echo lxc/p0@p1")]
        try withStandIns("zfs", answers: answers) { (tools, order) throws in
            let backend = ZFSBackend(tools: tools.folders)
            let location = try backend.snapshot(StorageLocation(kind: .zfs, source: "lxc/p0"), order)
            #expect(location.text == "zfs:lxc/p1")
            #expect(
                try tools.calls() == [
                    "zfs [list] [-H] [-o] [name] [lxc/p1]", "zfs [list] [-H] [-o] [name] [lxc/p0@p1]", "zfs [snapshot] [lxc/p0@p1]",
                    "zfs [clone] [-o] [mountpoint=\(order.directory)/rootfs] [-o] [canmount=noauto] [-p] [lxc/p0@p1] [lxc/p1]",
                ])
            try backend.remove(location, directory: order.directory)
            #expect(try tools.calls().suffix(2) == ["zfs [destroy] [-r] [lxc/p1]", "zfs [destroy] [lxc/p0@p1]"])
        }
        let failing = [(call: "zfs list -H -o", script: "exit 1"), ("zfs clone", "echo full >&2; exit 1")]
        try withStandIns("zfs", answers: failing) { (tools, order) throws in
            let error = failure { () throws(StorageFailure) in
                _ = try ZFSBackend(tools: tools.folders).snapshot(StorageLocation(kind: .zfs, source: "lxc/p0"), order)
            }
            #expect(error?.reason == "zfs: full")
            #expect(try tools.calls().last == "zfs [destroy] [lxc/p0@p1]")
        }
    }

    @Test func aDatasetThatIsThereIsNotTaken() throws {
        try withStandIns("zfs") { (tools, order) throws in
            let error = failure { () throws(StorageFailure) in _ = try ZFSBackend(tools: tools.folders).create(order) }
            #expect(error?.reason == "there is one already")
            #expect(try tools.calls().count == 1)
        }
    }

    @Test func devicesOfCeph() throws {
        try withStandIns("rbd", "mkfs.ext4") { (tools, order) throws in
            let backend = RBDBackend(tools: tools.folders)
            #expect(try backend.create(order).text == "rbd:/dev/rbd/lxc/p1")
            #expect(
                try tools.calls() == [
                    "rbd [create] [--pool] [lxc] [p1] [--size] [1024]", "rbd [map] [--pool] [lxc] [p1]",
                    "mkfs.ext4 [-q] [-F] [/dev/rbd/lxc/p1]",
                ])
            var order = order
            order.rbdUser = "u"
            order.rbdPool = "pool"
            order.rbdName = "n"
            order.size = 1
            _ = try backend.create(order)
            #expect(
                try tools.calls().prefix(2) == [
                    "rbd [create] [--pool] [pool] [n] [--size] [1] [--id] [u]", "rbd [map] [--pool] [pool] [n] [--id] [u]",
                ])
            try backend.remove(StorageLocation(kind: .rbd, source: "/dev/rbd/pool/n"), directory: order.directory)
            #expect(try tools.calls() == ["rbd [rm] [pool/n]"])
        }
        try withStandIns("rbd", "mkfs.ext4", answers: [("rbd map", "exit 1")]) { (tools, order) throws in
            let error1 = failure { () throws(StorageFailure) in _ = try RBDBackend(tools: tools.folders).create(order) }
            #expect(error1 != nil)
            #expect(try tools.calls().last == "rbd [rm] [lxc/p1]")
        }
    }

    /// The devices are made up, so the connection succeeds and the device never appears; then it is ended again.
    @Test func networkBlockDevices() throws {
        try withStandIns("qemu-nbd") { (tools, order) throws in
            let image = order.directory + "/image"
            try HostPath.makeDirectories(tools.folder + "/block/nbd98")
            try HostPath.makeDirectories(tools.folder + "/block/nbd97/pid")
            try HostPath.makeDirectories(tools.folder + "/block/sda")
            _ = try OwnedDescriptor(opening: image, [.writeOnly, .create, .exclusive])
            let backend = NBDBackend(tools: tools.folders, system: tools.folder + "/block")
            for (source, place) in [(image, "/dev/nbd98"), (image + ":2", "/dev/nbd98p2")] {
                let error = failure { () throws(StorageFailure) in _ = try backend.connect(StorageLocation(kind: .nbd, source: source)) }
                #expect(error?.reason == "\(place) does not appear")
                #expect(try tools.calls() == ["qemu-nbd [-c] [/dev/nbd98] [\(image)]", "qemu-nbd [-d] [/dev/nbd98]"])
            }
            let missing = failure { () throws(StorageFailure) in _ = try backend.connect(StorageLocation(kind: .nbd, source: "/nosuch:1")) }
            #expect(missing?.reason == "/nosuch is no image file")
        }
        try withStandIns("qemu-nbd", answers: [("qemu-nbd -c", "echo 'Failed to set NBD socket' >&2; exit 1")]) { (tools, order) throws in
            try HostPath.makeDirectories(tools.folder + "/block/nbd98")
            try HostPath.makeDirectories(tools.folder + "/block/nbd99")
            _ = try OwnedDescriptor(opening: order.directory + "/image", [.writeOnly, .create, .exclusive])
            let location = StorageLocation(kind: .nbd, source: order.directory + "/image")
            let error = failure { () throws(StorageFailure) in
                _ = try NBDBackend(tools: tools.folders, system: tools.folder + "/block").connect(location)
            }
            #expect(error?.reason == "qemu-nbd: Failed to set NBD socket")
            #expect(try tools.calls().count == 2)
        }
    }

    /// Before anything has been made.
    @Test func missingProgramsAreNamed() throws {
        try withStandIns("lvs", "lvcreate") { (tools, order) throws in
            let backends: [(any StorageBackend, String)] = [
                (LVMBackend(tools: tools.folders), "mkfs.ext4 is not installed"),
                (ZFSBackend(tools: tools.folders), "zfs is not installed"),
                (RBDBackend(tools: tools.folders), "rbd is not installed"),
                (LoopBackend(tools: tools.folders), "mkfs.ext4 is not installed"),
            ]
            for (backend, reason) in backends {
                let error = failure { () throws(StorageFailure) in _ = try backend.create(order) }
                #expect(error?.reason == reason)
            }
            #expect(try tools.calls() == [])
            #expect(try DirectoryListing.names(in: order.directory) == [])
        }
    }

    @Test(arguments: ["-x", "a/b", ""]) func namesThatAreNone(name: String) throws {
        try withStandIns("lvs", "lvcreate", "mkfs.ext4", "rbd", "zfs") { (tools, order) throws in
            var order = order
            order.name = name
            let error2 = failure { () throws(StorageFailure) in _ = try LVMBackend(tools: tools.folders).create(order) }
            #expect(error2 != nil)
            let error3 = failure { () throws(StorageFailure) in _ = try RBDBackend(tools: tools.folders).create(order) }
            #expect(error3 != nil)
            #expect(try tools.calls() == [])
        }
    }

    @Test func anImageWithoutAFilesystemIsRemovedAgain() throws {
        try withStandIns("mkfs.ext4", answers: [("mkfs", "exit 1")]) { (tools, order) throws in
            let error = failure { () throws(StorageFailure) in _ = try LoopBackend(tools: tools.folders).create(order) }
            #expect(error?.reason == "mkfs.ext4: ended with status 1")
            #expect(try DirectoryListing.names(in: order.directory) == [])
        }
    }
}
