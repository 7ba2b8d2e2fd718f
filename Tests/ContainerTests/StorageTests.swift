// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers on each kind of storage, from their creation to the last trace; the fixture sees to it that no mount, loop device or process
/// stays.
@Suite(.needsRoot) struct StorageTests {
    private func isThere(_ path: String) throws -> Bool { try FileStatus.ifPresent(path, followLinks: false) != nil }

    private func config(_ fixture: ContainerFixture, _ name: String) throws -> String {
        try WholeFile.text(fixture.folder(name) + "/config")
    }

    private func create(_ fixture: ContainerFixture, _ short: String, _ options: String...) throws -> String {
        let name = fixture.name(short)
        let tool = fixture.installation.bin + "/lxc-create"
        let result = try fixture.run(tool, ["-P", fixture.lxcpath, "-n", name, "-t", "busybox", "-f", "/dev/null"] + options, seconds: 60)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return name
    }

    private func inside(_ fixture: ContainerFixture, _ name: String, _ script: String) throws -> String {
        try fixture.succeed("attach", "-n", name, "--", "/bin/sh", "-c", script).output
    }

    /// What is written in one run is there in the next.
    private func checkThatItKeepsFiles(_ fixture: ContainerFixture, _ name: String) throws {
        try fixture.succeed("start", "-n", name)
        _ = try inside(fixture, name, "echo kept > /root/file; mkdir -p /root/many; for i in 1 2 3; do echo $i > /root/many/$i; done")
        try fixture.succeed("stop", "-k", "-n", name)
        try fixture.succeed("start", "-n", name)
        #expect(try inside(fixture, name, "cat /root/file /root/many/*") == "kept\n1\n2\n3\n")
        try fixture.succeed("stop", "-k", "-n", name)
    }

    private func run(_ fixture: ContainerFixture, _ script: String, seconds: Int32 = 60) throws -> String {
        let result = try fixture.run("/bin/sh", ["-ec", script], seconds: seconds)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return result.output
    }

    private func loopDevices(_ fixture: ContainerFixture) throws -> [String] {
        try DirectoryListing.names(in: "/sys/block").filter { $0.hasPrefix("loop") }.filter { device in
            // A device without a file has no such name.
            (try? WholeFile.text("/sys/block/\(device)/loop/backing_file"))?.contains(fixture.tag) ?? false
        }
    }

    private static let kinds: [(options: [String], path: String)] = [
        (["-B", "dir"], "dir:@/rootfs"), (["-B", "none"], "dir:@/rootfs"), (["-B", "overlay"], "overlay:@/rootfs:@/overlay/delta"),
        (["-B", "overlayfs"], "overlay:@/rootfs:@/delta0"), (["-B", "loop", "--fssize", "32M"], "loop:@/rootdev"),
        (["-B", "loop", "--fssize", "32M", "--fstype", "ext2"], "loop:@/rootdev"),
        (["-B", "loop", "--fssize", "400M", "--fstype", "xfs"], "loop:@/rootdev"),
        (["-B", "loop", "--fssize", "200M", "--fstype", "btrfs"], "loop:@/rootdev"),
        (["-B", "btrfs,loop", "--fssize", "32M"], "loop:@/rootdev"),
    ]

    @Test(
        .needsProgram("/usr/sbin/mkfs.xfs", package: "xfsprogs"), .needsProgram("/usr/sbin/mkfs.btrfs", package: "btrfs-progs"),
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
            let text = try config(fixture, name)
            #expect(text.contains("\n\(expected)\n"), "\(text)")
            try checkThatItKeepsFiles(fixture, name)
            #expect(try fixture.eventually { try loopDevices(fixture) == [] })
            // Once more, running.
            try fixture.succeed("start", "-n", name)
            if path.hasPrefix("loop:") { #expect(try loopDevices(fixture).count == 1) }
            #expect(try fixture.lxc("destroy", "-n", name).code == 1)
            try fixture.succeed("destroy", "-f", "-n", name)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    @Test func anImageIsClosedToOthersAndSparse() throws {
        try withContainers { fixture in
            let name = try create(fixture, "sparse", "-B", "loop")
            let image = fixture.folder(name) + "/rootdev"
            #expect(try FileStatus(of: image).permissions == 0o600)
            #expect(try FileStatus(of: image).size == 1 << 30)
            let used = try run(fixture, "du -m '\(image)' | cut -f 1").split(separator: "\n").first ?? ""
            #expect(Int(used) ?? 1000 < 100)
            #expect(try DirectoryListing.names(in: fixture.rootfs(name)) == [])
            try fixture.succeed("destroy", "-n", name)
        }
    }

    /// Also when nothing of ours can tidy up any more.
    @Test func theLoopDeviceGoesWithAKilledContainer() throws {
        try withContainers { fixture in
            let name = try create(fixture, "killed", "-B", "loop", "--fssize", "32M")
            try fixture.succeed("start", "-n", name)
            #expect(try loopDevices(fixture).count == 1)
            let supervisor = try ProcessStatus.read(process: "\(fixture.initPID(name))").parent ?? 0
            let first = try PidFD(fixture.initPID(name))
            try PidFD(supervisor).send(9)
            _ = try? first.send(9)  // may be gone with its supervisor
            #expect(try fixture.eventually { try loopDevices(fixture) == [] })
            try fixture.succeed("destroy", "-n", name)
        }
    }

    /// Each asks the kernel for a free device, and all get the same answer.
    @Test func manyAtOnceDoNotTakeEachOthersDevice() throws {
        try withContainers { (fixture) throws in
            let first = try create(fixture, "many0", "-B", "loop", "--fssize", "16M")
            let names = (1...12).map { fixture.name("many\($0)") }
            let (bin, path) = (fixture.installation.bin, fixture.lxcpath)
            for name in names {
                _ = try run(
                    fixture,
                    "cp -r --sparse=always '\(path)/\(first)' '\(path)/\(name)'; sed -i 's/\(first)/\(name)/' '\(path)/\(name)/config'")
            }
            let list = names.joined(separator: " ")
            let script =
                "for n in \(list); do '\(bin)/lxc-start' -P '\(path)' -n $n & done; wait; for n in \(list); do '\(bin)/lxc-info' -P '\(path)' -n $n -sH; done"
            let states = try run(fixture, script).split(separator: "\n")
            #expect(states == names.map { _ in "RUNNING" })
            #expect(try loopDevices(fixture).count == names.count)
            for name in names + [first] { try fixture.succeed("destroy", "-f", "-n", name) }
            #expect(try fixture.eventually { try loopDevices(fixture) == [] })
        }
    }

    /// As in a container: `/dev` has the controlling device only.
    @Test func devicesWithoutANodeAreReached() throws {
        try withContainers { (fixture) throws in
            let (bin, path, name) = (fixture.installation.bin, fixture.lxcpath, fixture.name("nodeless"))
            let hidden = try create(fixture, "nodeless", "-B", "loop", "--fssize", "32M")
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
            #expect(try fixture.eventually { try loopDevices(fixture) == [] })
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
            #expect(try fixture.eventually { try isThere(fixture.lxcpath + "/ready") })
            #expect(try loopDevices(fixture).count == (kind == "loop" ? 1 : 0))
            try child.send(signal)
            let hasEnded = child.waitForEnd(milliseconds: 10000)
            _ = try child.collect()
            #expect(hasEnded)
            #expect(try fixture.eventually { try loopDevices(fixture) == [] })
            if signal == 9 { try fixture.succeed("destroy", "-n", name) }
            #expect(try !isThere(fixture.folder(name)))
            // What its creator made outside of its folder, too. The lower layer of an overlay may be somebody else's as well.
            let left = kind == "overlay" && signal == 9 ? ["rootfs"] : []
            #expect(try DirectoryListing.names(in: fixture.lxcpath + "/other").filter { $0 != "ready" } == left)
        }
    }

    @Test(.needsPeerLXC) func debiansToolsUseOurImagesAndWeTheirs() throws {
        try withContainers { (fixture) throws in
            let ours = try create(fixture, "ours", "-B", "loop", "--fssize", "32M")
            #expect(try fixture.peer("start", "-n", ours).code == 0)
            #expect(try fixture.peer("stop", "-k", "-n", ours).code == 0)
            #expect(try fixture.eventually { try loopDevices(fixture) == [] })
            #expect(try fixture.peer("destroy", "-n", ours).code == 0)
            let theirs = fixture.name("theirs")
            let made = try fixture.peer("create", "-n", theirs, "-t", "busybox", "-f", "/dev/null", "-B", "loop", "--fssize", "32M")
            #expect(made.code == 0, "\(made)")
            try checkThatItKeepsFiles(fixture, theirs)
            try fixture.succeed("destroy", "-n", theirs)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    // MARK: Images and devices that somebody else made

    /// Makes a container in a folder and turns its root filesystem into something else.
    private func converted(
        _ fixture: ContainerFixture, _ short: String, _ script: String, path: String
    ) throws -> String {
        let name = try fixture.busybox(short)
        _ = try run(fixture, "cd '\(fixture.folder(name))'; exec 2>&1; \(script); rm -r rootfs; mkdir rootfs")
        _ = try run(fixture, "sed -i '/^lxc.rootfs.path/d' '\(fixture.folder(name))/config'")
        try fixture.append(name, ["lxc.rootfs.path = " + path.split(separator: "@").joined(separator: fixture.folder(name))])
        return name
    }

    private static let image = "mkfs.ext4 -q -d rootfs image 32M"
    private static let squashfs = "mksquashfs rootfs image -quiet -no-progress"

    @Test(arguments: ["@/image", "dir:@/image", "loop:@/image"]) func anImageFile(path: String) throws {
        try withContainers { fixture in
            // A leading @ is an empty piece that split drops.
            let name = try converted(fixture, "image", Self.image, path: " " + path)
            try checkThatItKeepsFiles(fixture, name)
            try fixture.succeed("destroy", "-n", name)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    @Test(.needsProgram("/usr/bin/mksquashfs", package: "squashfs-tools")) func aReadOnlyImage() throws {
        try withContainers { fixture in
            let name = try converted(fixture, "squash", Self.squashfs, path: " @/image")
            try fixture.succeed("start", "-n", name)
            #expect(try inside(fixture, name, "touch /root/x 2>/dev/null || echo refused") == "refused\n")
            try fixture.succeed("destroy", "-f", "-n", name)
        }
    }

    @Test(
        .needsProgram("/usr/bin/mksquashfs", package: "squashfs-tools"), arguments: [squashfs, image])
    func anImageAsLowerLayer(script: String) throws {
        try withContainers { fixture in
            let name = try converted(fixture, "lower", script, path: "overlay:@/image:@/overlay/delta")
            let before = try WholeFile.read(fixture.folder(name) + "/image", limit: 64 << 20)
            try checkThatItKeepsFiles(fixture, name)
            #expect(try WholeFile.text(fixture.folder(name) + "/overlay/delta/root/file") == "kept\n")
            #expect(try WholeFile.read(fixture.folder(name) + "/image", limit: 64 << 20) == before)
            #expect(try FileStatus(of: fixture.folder(name) + "/overlay/delta").permissions == 0o755)
            try fixture.succeed("start", "-n", name)
            // Only the overlay is to be seen: what it is made of is attached nowhere.
            let mounts = try inside(fixture, name, "cut -d ' ' -f 5,9 /proc/self/mountinfo")
            #expect(mounts.contains("overlay") && !mounts.contains("layers"), "\(mounts)")
            try fixture.succeed("destroy", "-f", "-n", name)
        }
    }

    @Test(.needsProgram("/usr/bin/mksquashfs", package: "squashfs-tools")) func severalImagesAsLowerLayers() throws {
        try withContainers { fixture in
            let more = "; mkdir -p more/root; echo top > more/root/layer; mksquashfs more top -quiet -no-progress"
            let name = try converted(fixture, "layers", Self.squashfs + more, path: "overlay:@/top:@/image:@/overlay/delta")
            try fixture.succeed("start", "-n", name)
            #expect(try inside(fixture, name, "cat /root/layer") == "top\n")
            try fixture.succeed("destroy", "-f", "-n", name)
        }
    }

    @Test func aBlockDevice() throws {
        try withContainers { fixture in
            let name = try converted(fixture, "device", Self.image + "; losetup -f --show image > device", path: "@")
            let folder = fixture.folder(name)
            let device = String(try WholeFile.text(folder + "/device").split(separator: "\n").first ?? "")
            fixture.atEnd("loop device") { _ = try fixture.run("/sbin/losetup", ["-d", device]) }
            _ = try run(fixture, "sed -i '/^lxc.rootfs.path/d' '\(folder)/config'")
            try fixture.append(name, ["lxc.rootfs.path = " + device])
            try checkThatItKeepsFiles(fixture, name)
            try fixture.succeed("destroy", "-n", name)
            // The device is not the container's.
            #expect(try isThere(device))
        }
    }

    @Test(arguments: [
        ("head -c 2000000 /dev/urandom > image", "not known or damaged"), ("truncate -s 1M image", "holds no filesystem"),
        (": > image", "no filesystem"),
        ("\(image); dd if=/dev/zero of=image bs=1 seek=1088 count=64 conv=notrunc status=none", "cannot mount"),
        ("\(image); truncate -s 100k image", "cannot mount"),
        ("\(image); dd if=/dev/urandom of=image bs=4096 seek=1 count=200 conv=notrunc status=none", "cannot"),
        ("mkfifo image", "cannot mount"),
    ])
    func aDamagedImageIsAnErrorAtOnce(script: String, words: String) throws {
        try withContainers { fixture in
            let name = try converted(fixture, "damaged", script, path: "loop:@/image")
            let clock = ContinuousClock()
            let begin = clock.now
            let result = try fixture.lxc("start", "-n", name)
            #expect(clock.now - begin < .seconds(1))
            #expect(result.code == 1 && result.error.contains(words), "\(result)")
            #expect(try fixture.eventually { try loopDevices(fixture) == [] })
            try fixture.succeed("destroy", "-n", name)
        }
    }

    @Test(.needsProgram("/usr/bin/mkfs.erofs", package: "erofs-utils")) func anImageOfErofsAsLowerLayer() throws {
        try withContainers { (fixture) throws in
            let name = try converted(fixture, "erofs", "mkfs.erofs image rootfs", path: "overlay:@/image:@/overlay/delta")
            try checkThatItKeepsFiles(fixture, name)
            try fixture.succeed("destroy", "-n", name)
        }
    }

    @Test func optionsReachTheFilesystem() throws {
        try withContainers { (fixture) throws in
            let name = try create(fixture, "options", "-B", "loop", "--fssize", "16M")
            for (options, words) in [("discard,noatime", "rw,noatime"), ("ro", "ro,relatime")] {
                _ = try run(fixture, "sed -i '/rootfs.options/d' '\(fixture.folder(name))/config'")
                try fixture.append(name, ["lxc.rootfs.options = " + options])
                try fixture.succeed("start", "-n", name)
                #expect(try inside(fixture, name, "head -n 1 /proc/self/mountinfo").contains(words))
                try fixture.succeed("stop", "-k", "-n", name)
            }
            try fixture.append(name, ["lxc.rootfs.options = nosuch"])
            let refused = try fixture.lxc("start", "-n", name)
            #expect(refused.code == 1 && refused.error.contains("Unknown parameter 'nosuch'"), "\(refused)")
            try fixture.succeed("destroy", "-n", name)
        }
    }

    // MARK: Id maps

    private static let map = ["lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536", "lxc.net.0.type = empty"]

    /// Nobody in a user namespace may mount an image; the supervisor does it.
    @Test(arguments: ["@/image", "loop:@/image"]) func anImageWithAnIDMap(path: String) throws {
        try withContainers { (fixture) throws in
            let name = try converted(fixture, "mapped", "chown -hR 100000:100000 rootfs; " + Self.image, path: " " + path)
            try fixture.append(name, Self.map)
            try checkThatItKeepsFiles(fixture, name)
            try fixture.succeed("start", "-n", name)
            #expect(try inside(fixture, name, "stat -c %u:%g /root/file") == "0:0\n")
            #expect(try loopDevices(fixture).count == 1)
            try fixture.succeed("stop", "-k", "-n", name)
            #expect(try fixture.eventually { try loopDevices(fixture) == [] })
            try fixture.succeed("destroy", "-n", name)
        }
    }

    @Test func anImageAsLowerLayerWithAnIDMapIsRefused() throws {
        try withContainers { (fixture) throws in
            let name = try converted(fixture, "refused", Self.image, path: "overlay:@/image:@/overlay/delta")
            try fixture.append(name, Self.map)
            let result = try fixture.lxc("start", "-n", name)
            #expect(result.code == 1 && result.error.contains("an image cannot be a layer of a container with an id map"), "\(result)")
            #expect(try loopDevices(fixture) == [])
            try fixture.succeed("destroy", "-n", name)
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
            #expect(try !isThere(fixture.folder(name)))
            #expect(try fixture.eventually { try loopDevices(fixture) == [] })
        }
    }
}
