// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers in subvolumes of btrfs.
@Suite(.needsRoot, .needsProgram("/usr/sbin/mkfs.btrfs", package: "btrfs-progs")) struct BtrfsTests {
    private func tool(_ fixture: ContainerFixture, _ arguments: String...) throws -> String {
        let result = try fixture.run("/usr/bin/btrfs", arguments)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return result.output
    }

    @Test(arguments: ["btrfs", "best", "zfs,btrfs"]) func aContainerLivesInASubvolume(kind: String) throws {
        try withContainers { (fixture) throws in
            try fixture.mountBtrfs()
            let name = try fixture.create("kept", "-B", kind)
            #expect(try WholeFile.text(fixture.folder(name) + "/config").contains("\nlxc.rootfs.path = btrfs:\(fixture.rootfs(name))\n"))
            #expect(try BtrfsSubvolume.isSubvolume(fixture.rootfs(name)))
            #expect(try FileStatus(of: fixture.rootfs(name)).permissions == 0o755)
            try fixture.succeed("start", "-n", name)
            try fixture.succeed("attach", "-n", name, "--", "/bin/sh", "-c", "echo kept > /root/file")
            try fixture.succeed("stop", "-k", "-n", name)
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.succeed("attach", "-n", name, "--", "/bin/cat", "/root/file").output == "kept\n")
            try fixture.succeed("destroy", "-f", "-n", name)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
            #expect(try tool(fixture, "subvolume", "list", fixture.lxcpath) == "")
        }
    }

    /// Also deep ones, read-only ones, and those of a container whose root filesystem is a plain folder.
    @Test(arguments: ["btrfs", "dir"]) func subvolumesInsideGoToo(kind: String) throws {
        try withContainers { (fixture) throws in
            try fixture.mountBtrfs()
            let name = try fixture.create("nested", "-B", kind)
            let top = fixture.rootfs(name)
            for path in ["/var/machines", "/var/machines/one", "/var/machines/one/two", "/var/machines/one/odd name", "/home/user"] {
                _ = try tool(fixture, "subvolume", "create", top + path)
                try fixture.write(top + path + "/file", "x")
            }
            if kind == "btrfs" {
                _ = try tool(fixture, "subvolume", "snapshot", "-r", top + "/home/user", top + "/home/old")
                _ = try tool(fixture, "property", "set", "-ts", top + "/var/machines/one", "ro", "true")
            }
            try fixture.succeed("destroy", "-n", name)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
            #expect(try tool(fixture, "subvolume", "list", fixture.lxcpath) == "")
        }
    }

    @Test func aFailingTemplateLeavesNoSubvolume() throws {
        try withContainers { (fixture) throws in
            try fixture.mountBtrfs()
            let result = try fixture.run(
                fixture.installation.bin + "/lxc-create",
                ["-P", fixture.lxcpath, "-n", fixture.name("fails"), "-t", "/bin/false", "-f", "/dev/null", "-B", "btrfs"])
            #expect(result.code == 1 && result.error.contains("/bin/false ended with status 1"), "\(result)")
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
            #expect(try tool(fixture, "subvolume", "list", fixture.lxcpath) == "")
        }
    }

    @Test func aSnapshotSharesUntilOneChanges() throws {
        try withContainers { (fixture) throws in
            try fixture.mountBtrfs()
            let (original, copy) = (fixture.lxcpath + "/a", fixture.lxcpath + "/b")
            try BtrfsSubvolume.create(original)
            try fixture.write(original + "/file", "one")
            try BtrfsSubvolume.snapshot(original, to: copy)
            try fixture.write(copy + "/file", "two")
            #expect(try WholeFile.text(original + "/file") == "one")
            #expect(try BtrfsSubvolume.isSubvolume(copy))
            #expect(try !BtrfsSubvolume.isSubvolume(fixture.lxcpath + "/a/file"))
            for path in [original, copy] { try BtrfsSubvolume.remove(path) }
            #expect(throws: KernelError.self) { () throws in try BtrfsSubvolume.create("/proc/x") }
        }
    }
}
