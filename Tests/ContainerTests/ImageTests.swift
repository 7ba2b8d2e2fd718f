// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Root filesystems in images and on devices that somebody else has made, alone and as layers.
@Suite(.needsRoot) struct ImageTests {
    private static let image = "mkfs.ext4 -q -d rootfs image 32M"
    private static let squashfs = "mksquashfs rootfs image -quiet -no-progress"

    @Test(arguments: ["@/image", "dir:@/image", "loop:@/image"]) func anImageFile(path: String) throws {
        try withContainers { fixture in
            // A leading @ is an empty piece that split drops.
            let name = try fixture.converted("image", Self.image, path: " " + path)
            try fixture.checkThatItKeepsFiles(name)
            try fixture.succeed("destroy", "-n", name)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    @Test(.needsProgram("/usr/bin/mksquashfs", package: "squashfs-tools")) func aReadOnlyImage() throws {
        try withContainers { fixture in
            let name = try fixture.converted("squash", Self.squashfs, path: " @/image")
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.inside(name, "touch /root/x 2>/dev/null || echo refused") == "refused\n")
            try fixture.succeed("destroy", "-f", "-n", name)
        }
    }

    @Test(
        .needsProgram("/usr/bin/mksquashfs", package: "squashfs-tools"), arguments: [squashfs, image])
    func anImageAsLowerLayer(script: String) throws {
        try withContainers { fixture in
            let name = try fixture.converted("lower", script, path: "overlay:@/image:@/overlay/delta")
            let before = try WholeFile.read(fixture.folder(name) + "/image", limit: 64 << 20)
            try fixture.checkThatItKeepsFiles(name)
            #expect(try WholeFile.text(fixture.folder(name) + "/overlay/delta/root/file") == "kept\n")
            #expect(try WholeFile.read(fixture.folder(name) + "/image", limit: 64 << 20) == before)
            #expect(try FileStatus(of: fixture.folder(name) + "/overlay/delta").permissions == 0o755)
            try fixture.succeed("start", "-n", name)
            // Only the overlay is to be seen: what it is made of is attached nowhere.
            let mounts = try fixture.inside(name, "cut -d ' ' -f 5,9 /proc/self/mountinfo")
            #expect(mounts.contains("overlay") && !mounts.contains("layers"), "\(mounts)")
            try fixture.succeed("destroy", "-f", "-n", name)
        }
    }

    @Test(.needsProgram("/usr/bin/mksquashfs", package: "squashfs-tools")) func severalImagesAsLowerLayers() throws {
        try withContainers { fixture in
            let more = "; mkdir -p more/root; echo top > more/root/layer; mksquashfs more top -quiet -no-progress"
            let name = try fixture.converted("layers", Self.squashfs + more, path: "overlay:@/top:@/image:@/overlay/delta")
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.inside(name, "cat /root/layer") == "top\n")
            try fixture.succeed("destroy", "-f", "-n", name)
        }
    }

    @Test func aBlockDevice() throws {
        try withContainers { fixture in
            let name = try fixture.converted("device", Self.image + "; losetup -f --show image > device", path: "@")
            let folder = fixture.folder(name)
            let device = String(try WholeFile.text(folder + "/device").split(separator: "\n").first ?? "")
            fixture.atEnd("loop device") { _ = try fixture.run("/sbin/losetup", ["-d", device]) }
            _ = try fixture.shell("sed -i '/^lxc.rootfs.path/d' '\(folder)/config'")
            try fixture.append(name, ["lxc.rootfs.path = " + device])
            try fixture.checkThatItKeepsFiles(name)
            try fixture.succeed("destroy", "-n", name)
            // The device is not the container's.
            #expect(try fixture.isThere(device))
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
            let name = try fixture.converted("damaged", script, path: "loop:@/image")
            let clock = ContinuousClock()
            let begin = clock.now
            let result = try fixture.lxc("start", "-n", name)
            #expect(clock.now - begin < .seconds(1))
            #expect(result.code == 1 && result.error.contains(words), "\(result)")
            #expect(try fixture.eventually { try fixture.loopDevices() == [] })
            try fixture.succeed("destroy", "-n", name)
        }
    }

    @Test(.needsProgram("/usr/bin/mkfs.erofs", package: "erofs-utils")) func anImageOfErofsAsLowerLayer() throws {
        try withContainers { (fixture) throws in
            let name = try fixture.converted("erofs", "mkfs.erofs image rootfs", path: "overlay:@/image:@/overlay/delta")
            try fixture.checkThatItKeepsFiles(name)
            try fixture.succeed("destroy", "-n", name)
        }
    }

    @Test func optionsReachTheFilesystem() throws {
        try withContainers { (fixture) throws in
            let name = try fixture.create("options", "-B", "loop", "--fssize", "16M")
            for (options, words) in [("discard,noatime", "rw,noatime"), ("ro", "ro,relatime")] {
                _ = try fixture.shell("sed -i '/rootfs.options/d' '\(fixture.folder(name))/config'")
                try fixture.append(name, ["lxc.rootfs.options = " + options])
                try fixture.succeed("start", "-n", name)
                #expect(try fixture.inside(name, "head -n 1 /proc/self/mountinfo").contains(words))
                try fixture.succeed("stop", "-k", "-n", name)
            }
            try fixture.append(name, ["lxc.rootfs.options = nosuch"])
            let refused = try fixture.lxc("start", "-n", name)
            #expect(refused.code == 1 && refused.error.contains("Unknown parameter 'nosuch'"), "\(refused)")
            try fixture.succeed("destroy", "-n", name)
        }
    }

    /// Two that write to one image would destroy it; any number may read.
    @Test func anImageHasOneWriter() throws {
        try withContainers { (fixture) throws in
            let first = try fixture.converted("first", Self.image, path: " @/image")
            let image = fixture.folder(first) + "/image"
            let second = try fixture.bare(
                "second", config: ["lxc.rootfs.path = loop:" + image, "lxc.uts.name = second", "lxc.init.cmd = /sbin/init"])
            try fixture.succeed("start", "-n", first)
            let refused = try fixture.lxc("start", "-n", second)
            #expect(refused.code == 1 && refused.error.contains("the image is in use"), "\(refused)")
            try fixture.succeed("stop", "-k", "-n", first)
            try fixture.succeed("start", "-n", second)
            try fixture.succeed("stop", "-k", "-n", second)
            for name in [first, second] {
                let upper = fixture.folder(name) + "/overlay/delta"
                try fixture.append(name, ["lxc.rootfs.path =", "lxc.rootfs.path = overlay:\(image):\(upper)"])
                try fixture.succeed("start", "-n", name)
            }
            for name in [first, second] { try fixture.succeed("stop", "-k", "-n", name) }
        }
    }

    // MARK: Id maps

    private static let map = ["lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536", "lxc.net.0.type = empty"]

    /// Nobody in a user namespace may mount an image; the supervisor does it.
    @Test(arguments: ["@/image", "loop:@/image"]) func anImageWithAnIDMap(path: String) throws {
        try withContainers { (fixture) throws in
            let name = try fixture.converted("mapped", "chown -hR 100000:100000 rootfs; " + Self.image, path: " " + path)
            try fixture.append(name, Self.map)
            try fixture.checkThatItKeepsFiles(name)
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.inside(name, "stat -c %u:%g /root/file") == "0:0\n")
            #expect(try fixture.loopDevices().count == 1)
            try fixture.succeed("stop", "-k", "-n", name)
            #expect(try fixture.eventually { try fixture.loopDevices() == [] })
            try fixture.succeed("destroy", "-n", name)
        }
    }

    @Test func anImageAsLowerLayerWithAnIDMapIsRefused() throws {
        try withContainers { (fixture) throws in
            let name = try fixture.converted("refused", Self.image, path: "overlay:@/image:@/overlay/delta")
            try fixture.append(name, Self.map)
            let result = try fixture.lxc("start", "-n", name)
            #expect(result.code == 1 && result.error.contains("an image cannot be a layer of a container with an id map"), "\(result)")
            #expect(try fixture.loopDevices() == [])
            try fixture.succeed("destroy", "-n", name)
        }
    }
}
