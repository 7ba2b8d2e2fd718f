// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers on each kind of storage, from their creation to the last trace; the fixture sees to it that no mount, loop device or process
/// stays.
@Suite(.needsRoot) struct StorageTests {
    private static let kinds: [(options: [String], path: String)] = [
        (["-B", "dir"], "dir:@/rootfs"), (["-B", "none"], "dir:@/rootfs"), (["-B", "overlay"], "overlay:@/rootfs:@/overlay/delta"),
        (["-B", "overlayfs"], "overlay:@/rootfs:@/delta0"), (["-B", "loop", "--fssize", "32M"], "loop:@/rootdev"),
        (["-B", "loop", "--fssize", "32M", "--fstype", "ext2"], "loop:@/rootdev"),
        (["-B", "loop", "--fssize", "400M", "--fstype", "xfs"], "loop:@/rootdev"),
        (["-B", "loop", "--fssize", "200M", "--fstype", "btrfs"], "loop:@/rootdev"),
        (["-B", "btrfs,loop", "--fssize", "32M"], "loop:@/rootdev"),
    ]

    @Test(
        "S1.54 S1.61: on each kind of storage", .needsProgram("/usr/sbin/mkfs.xfs", package: "xfsprogs"),
        .needsProgram("/usr/sbin/mkfs.btrfs", package: "btrfs-progs"),
        arguments: kinds)
    func aContainerLivesOn(options: [String], path: String) throws {
        try withContainers { fixture in
            let name = fixture.name("kept")
            let tool = fixture.installation.bin + "/lxc-create"
            let made = try fixture.run(
                tool, ["-P", fixture.lxcpath, "-n", name, "-t", "busybox", "-f", "/dev/null"] + options, seconds: 60)
            #expect(made.code == 0, "\(made)")
            let expected =
                "lxc.rootfs.path = " + path.split(separator: "@", omittingEmptySubsequences: false).joined(separator: fixture.folder(name))
            let text = try fixture.configuration(name)
            #expect(text.contains("\n\(expected)\n"), "\(text)")
            try fixture.checkThatItKeepsFiles(name)
            #expect(try fixture.eventually { try fixture.loopDevices() == [] })
            // Once more, running.
            try fixture.succeed("start", "-n", name)
            if path.hasPrefix("loop:") { #expect(try fixture.loopDevices().count == 1) }
            #expect(try fixture.lxc("destroy", "-n", name).code == 1)
            try fixture.succeed("destroy", "-f", "-n", name)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    @Test func anImageIsClosedToOthersAndSparse() throws {
        try withContainers { fixture in
            let name = try fixture.create("sparse", "-B", "loop")
            let image = fixture.folder(name) + "/rootdev"
            #expect(try FileStatus(of: image).permissions == 0o600)
            #expect(try FileStatus(of: image).size == 1 << 30)
            let used = try fixture.shell("du -m '\(image)' | cut -f 1").split(separator: "\n").first ?? ""
            #expect(Int(used) ?? 1000 < 100)
            #expect(try DirectoryListing.names(in: fixture.rootfs(name)) == [])
            try fixture.succeed("destroy", "-n", name)
        }
    }

    /// Also when nothing of ours can tidy up any more.
    @Test func theLoopDeviceGoesWithAKilledContainer() throws {
        try withContainers { fixture in
            let name = try fixture.create("killed", "-B", "loop", "--fssize", "32M")
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.loopDevices().count == 1)
            let supervisor = try ProcessStatus.read(process: "\(fixture.initPID(name))").parent ?? 0
            let first = try PidFD(fixture.initPID(name))
            try PidFD(supervisor).send(9)
            _ = try? first.send(9)  // may be gone with its supervisor
            #expect(try fixture.eventually { try fixture.loopDevices() == [] })
            try fixture.succeed("destroy", "-n", name)
        }
    }

    /// Each asks the kernel for a free device, and all get the same answer.
    @Test func manyAtOnceDoNotTakeEachOthersDevice() throws {
        try withContainers { (fixture) throws in
            let first = try fixture.create("many0", "-B", "loop", "--fssize", "16M")
            let names = (1...12).map { fixture.name("many\($0)") }
            let (bin, path) = (fixture.installation.bin, fixture.lxcpath)
            for name in names {
                _ = try fixture.shell(
                    "cp -r --sparse=always '\(path)/\(first)' '\(path)/\(name)'; sed -i 's/\(first)/\(name)/' '\(path)/\(name)/config'")
            }
            let list = names.joined(separator: " ")
            let script =
                "for n in \(list); do '\(bin)/lxc-start' -P '\(path)' -n $n & done; wait; for n in \(list); do '\(bin)/lxc-info' -P '\(path)' -n $n -sH; done"
            let states = try fixture.shell(script).split(separator: "\n")
            #expect(states == names.map { _ in "RUNNING" })
            #expect(try fixture.loopDevices().count == names.count)
            for name in names + [first] { try fixture.succeed("destroy", "-f", "-n", name) }
            #expect(try fixture.eventually { try fixture.loopDevices() == [] })
        }
    }

    /// As in a container: `/dev` has the controlling device only.
    @Test func devicesWithoutANodeAreReached() throws {
        try withContainers { (fixture) throws in
            let (bin, path, name) = (fixture.installation.bin, fixture.lxcpath, fixture.name("nodeless"))
            let hidden = try fixture.create("nodeless", "-B", "loop", "--fssize", "32M")
            #expect(hidden == name)
            let script = """
                mkdir '\(path)/dev'; mount -t tmpfs dev '\(path)/dev'
                for d in null zero random urandom tty ptmx loop-control; do cp -a /dev/$d '\(path)/dev/'; done
                mkdir '\(path)/dev/pts'; mount --bind /dev/pts '\(path)/dev/pts'; mount --move '\(path)/dev' /dev; rmdir '\(path)/dev'
                '\(bin)/lxc-start' -P '\(path)' -n '\(name)'; ls /dev | grep -c 'loop[0-9]' || true
                '\(bin)/lxc-attach' -P '\(path)' -n '\(name)' -- /bin/sh -c 'mount | grep " on / "'; '\(bin)/lxc-stop' -k -P '\(path)' -n '\(name)'
                """
            let output = try fixture.run("/usr/bin/unshare", ["-m", "/bin/sh", "-ec", script])
            #expect(output.code == 0 && output.output.hasPrefix("0\n") && output.output.contains("ext4"), "\(output)")
            #expect(try fixture.eventually { try fixture.loopDevices() == [] })
            try fixture.succeed("destroy", "-n", name)
        }
    }

    /// Whoever creates a container on an image is killed or told to stop while the template runs.
    @Test(arguments: [Int32(9), 15], ["loop", "dir", "overlay"]) func anEndedCreationLeavesNothing(signal: Int32, kind: String) throws {
        try withContainers { (fixture) throws in
            let script = fixture.lxcpath + "/template.sh"
            let name = fixture.name("ended")
            try fixture.write(
                script,
                "#!/bin/sh\nfor word; do case $word in --path=*) path=${word#--path=};; esac; done\ntouch \"$path/../ready\"\nexec sleep 100\n",
                mode: 0o755)
            let tool = fixture.installation.bin + "/lxc-create"
            let child = try PidFD(
                try ProgramLaunch(
                    .path(tool),
                    arguments: [
                        tool, "-q", "-P", fixture.lxcpath, "-n", name, "-t", script, "-f", "/dev/null", "-B", kind, "--dir",
                        fixture.lxcpath + "/other/rootfs",
                    ], environment: ProcessEnvironment.lines
                ).start().pid)
            #expect(try fixture.eventually { try fixture.isThere(fixture.lxcpath + "/ready") })
            #expect(try fixture.loopDevices().count == (kind == "loop" ? 1 : 0))
            try child.send(signal)
            let hasEnded = child.waitForEnd(milliseconds: 10000)
            _ = try child.collect()
            #expect(hasEnded)
            #expect(try fixture.eventually { try fixture.loopDevices() == [] })
            if signal == 9 { try fixture.succeed("destroy", "-n", name) }
            #expect(try !fixture.isThere(fixture.folder(name)))
            // What its creator made outside of its folder, too. The lower layer of an overlay may be somebody else's as well.
            let left = kind == "overlay" && signal == 9 ? ["rootfs"] : []
            #expect(try DirectoryListing.names(in: fixture.lxcpath + "/other").filter { $0 != "ready" } == left)
        }
    }

    @Test(.needsPeerLXC) func debiansToolsUseOurImagesAndWeTheirs() throws {
        try withContainers { (fixture) throws in
            let ours = try fixture.create("ours", "-B", "loop", "--fssize", "32M")
            #expect(try fixture.peer("start", "-n", ours).code == 0)
            #expect(try fixture.peer("stop", "-k", "-n", ours).code == 0)
            #expect(try fixture.eventually { try fixture.loopDevices() == [] })
            #expect(try fixture.peer("destroy", "-n", ours).code == 0)
            let theirs = fixture.name("theirs")
            let made = try fixture.peer("create", "-n", theirs, "-t", "busybox", "-f", "/dev/null", "-B", "loop", "--fssize", "32M")
            #expect(made.code == 0, "\(made)")
            try fixture.checkThatItKeepsFiles(theirs)
            try fixture.succeed("destroy", "-n", theirs)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    // MARK: Removal

    /// What cannot be removed is named, and the configuration that still knows of it stays.
    @Test(arguments: ["lvm:/dev/nosuch/volume", "zfs:nosuch/dataset", "rbd:/dev/rbd/nosuch/image"])
    func storageWhoseToolIsMissingIsNamed(path: String) throws {
        try withContainers { (fixture) throws in
            let name = try fixture.bare("unremovable", config: ["lxc.rootfs.path = " + path])
            for tool in ["/sbin/lvremove", "/sbin/zfs", "/usr/bin/rbd"] where try fixture.isThere(tool) { return }
            let what = path.split(separator: ":").last ?? ""
            let refused = try fixture.lxc("destroy", "-n", name)
            #expect(refused.code == 1 && refused.error.contains("\(what): ") && refused.error.contains("not installed"), "\(refused)")
            #expect(try fixture.isThere(fixture.folder(name) + "/config"))
            try fixture.append(name, ["lxc.rootfs.path ="])
            try fixture.succeed("destroy", "-n", name)
        }
    }

    @Test func imagesOutsideOfTheFolderGoTooButDevicesStay() throws {
        try withContainers { (fixture) throws in
            let image = fixture.lxcpath + "/elsewhere/image"
            try fixture.write(image, "x")
            for (path, stays) in [("loop:" + image, false), ("nbd:" + image, true), ("loop:/dev/null", true), ("/dev/loop0", true)] {
                try fixture.write(image, "x")
                let name = try fixture.bare("outside", config: ["lxc.rootfs.path = " + path])
                try fixture.succeed("destroy", "-n", name)
                #expect(
                    try fixture.isThere(path.hasSuffix("image") ? image : String(path.split(separator: ":").last ?? "")) == stays, "\(path)"
                )
            }
        }
    }

    // MARK: Failures

    @Test(arguments: [
        (["-B", "loop", "--fstype", "nosuch"], "mkfs.nosuch is not installed"), (["-B", "loop", "--fstype", "../x"], "not the name"),
        (["-B", "loop", "--fssize", "9000000T"], "cannot make the image"), (["-B", "btrfs"], "is not on btrfs"),
        (["-B", "btrfs,loop", "--fstype", "nosuch"], "cannot make storage on any of btrfs, loop"),
    ])
    func whatCannotBeMadeLeavesNothing(options: [String], words: String) throws {
        try withContainers { fixture in
            let name = fixture.name("fails")
            let tool = fixture.installation.bin + "/lxc-create"
            let result = try fixture.run(tool, ["-P", fixture.lxcpath, "-n", name, "-t", "busybox", "-f", "/dev/null"] + options)
            #expect(result.code == 1 && result.error.contains(words), "\(result)")
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    /// The image is sparse, so it is the host's disk that is full; the kernel notices when it writes.
    @Test(arguments: ["loop", "dir", "overlay"]) func aFullDiskLeavesNothing(kind: String) throws {
        try withContainers { (fixture) throws in
            let small = fixture.lxcpath + "/small"
            _ = try fixture.shell("mkdir '\(small)'; mount -t tmpfs -o size=1200k none '\(small)'")
            fixture.atEnd("tmpfs") { _ = try fixture.shell("umount '\(small)'") }
            let tool = fixture.installation.bin + "/lxc-create"
            let result = try fixture.run(
                tool, ["-P", small, "-n", fixture.name("full"), "-t", "busybox", "-f", "/dev/null", "-B", kind], seconds: 60)
            #expect(result.code == 1, "\(result)")
            #expect(try DirectoryListing.names(in: small) == [])
            #expect(try fixture.eventually { try fixture.loopDevices() == [] })
        }
    }

    @Test(arguments: ["loop", "overlay", "dir"]) func aFailingTemplateLeavesNothing(kind: String) throws {
        try withContainers { fixture in
            let script = fixture.lxcpath + "/template.sh"
            try fixture.write(
                script,
                """
                #!/bin/sh
                for word; do case $word in --rootfs=*) rootfs=${word#--rootfs=};; esac; done
                touch "$rootfs/file" && echo filled
                exit 3
                """, mode: 0o755)
            let tool = fixture.installation.bin + "/lxc-create"
            let name = fixture.name("fails")
            let result = try fixture.run(
                tool,
                [
                    "-P", fixture.lxcpath, "-n", name, "-t", script, "-f", "/dev/null", "-B", kind, "--dir",
                    fixture.lxcpath + "/other/rootfs",
                ])
            #expect(result.code == 1 && result.output == "filled\n", "\(result)")
            #expect(try DirectoryListing.names(in: fixture.lxcpath + "/other") == [])
            #expect(try !fixture.isThere(fixture.folder(name)))
            #expect(try fixture.eventually { try fixture.loopDevices() == [] })
        }
    }
}
