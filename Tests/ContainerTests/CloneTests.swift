// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-copy and lxc-clone: what a clone has of its original, what it has of its own, and what is written down about both.
@Suite(.needsRoot) struct CloneTests {
    private func names(_ folder: String) throws -> [String] {
        try DirectoryListing.names(in: folder).filter { !$0.hasPrefix(".") }.sorted()
    }

    private func lines(_ fixture: ContainerFixture, _ name: String, _ key: String) throws -> [String] {
        try WholeFile.text(fixture.folder(name) + "/config").split(separator: "\n").filter { $0.hasPrefix(key) }.map(String.init)
    }

    private func original(_ fixture: ContainerFixture, _ short: String = "u2") throws -> String {
        try fixture.busybox(short, config: ["# kept", "lxc.net.0.type = empty", "lxc.net.0.hwaddr = 00:16:3e:3a:f1:c1"])
    }

    /// listxattrat(2) came with Linux 6.13; a kernel before it answers ENOSYS, a filter that does not know it may answer EPERM.
    @Test(.needsProgram("/usr/bin/setfattr", package: "attr"), arguments: [Errno(rawValue: 38), .notPermitted])
    func attributesAreCopiedByOlderKernels(answer: Errno) throws {
        try withContainers { fixture in
            let old = try original(fixture)
            let filter = try fixture.compile("without-call")
            let marks = "ln -s hostname etc/link; setfattr -h -n trusted.mark -v link etc/link; setfattr -n user.mark -v file etc/hostname"
            #expect(try fixture.run("/bin/sh", ["-ec", "cd \(fixture.rootfs(old)); \(marks)"]).code == 0)
            for (short, options, top) in [("full", [], "rootfs"), ("shared", ["-s"], "overlay/delta")] {
                let new = fixture.name(short)
                let copy = ["\(fixture.installation.bin)/lxc-copy", "-P", fixture.lxcpath, "-n", old, "-N", new] + options
                let result = try fixture.run(filter, ["\(answer.rawValue)", "465"] + copy)
                #expect(result.code == 0 && result.error == "", "\(result)")
                let read = "cd \(fixture.folder(new))/\(top)/etc; getfattr -h --only-values -n user.mark hostname"
                let more = options.isEmpty ? "; getfattr -h --only-values -n trusted.mark link" : ""
                #expect(try fixture.run("/bin/sh", ["-c", read + more]).output == (options.isEmpty ? "filelink" : "file"))
            }
        }
    }

    @Test func aFullCopyIsAContainerOfItsOwn() throws {
        try withContainers { fixture in
            let (old, new) = (try original(fixture), fixture.name("u3"))
            try fixture.succeed("copy", "-n", old, "-N", new)
            #expect(try names(fixture.folder(new)) == ["config", "rootfs"])
            #expect(try FileStatus(of: fixture.folder(new)).permissions == 0o770)
            #expect(try lines(fixture, new, "lxc.rootfs.path") == ["lxc.rootfs.path = dir:\(fixture.rootfs(new))"])
            #expect(try lines(fixture, new, "lxc.uts.name") == ["lxc.uts.name = \(new)"])
            #expect(try lines(fixture, new, "# kept").count == 1)
            let address = try lines(fixture, new, "lxc.net.0.hwaddr")
            #expect(address.count == 1 && address[0].hasPrefix("lxc.net.0.hwaddr = 10:66:6a:") && !address[0].hasSuffix("x"))
            #expect(try WholeFile.text(fixture.rootfs(new) + "/etc/hostname") == new)
            // Nothing else differs, and nothing is shared.
            let difference = try fixture.run(
                "/usr/bin/diff", ["-r", "--no-dereference", "-x", "hostname", fixture.rootfs(old), fixture.rootfs(new)])
            #expect(difference.code == 0, "\(difference)")
            try fixture.succeed("destroy", "-n", old)
            try fixture.succeed("start", "-n", new)
            #expect(try fixture.succeed("attach", "-n", new, "--", "/bin/hostname").output == "\(new)\n")
        }
    }

    @Test func nameAndAddressesCanBeKept() throws {
        try withContainers { fixture in
            let (old, new) = (try original(fixture), fixture.name("kept"))
            try fixture.append(old, ["lxc.uts.name = fixed"])
            try fixture.succeed("copy", "-n", old, "-N", new, "-K", "-M")
            #expect(try fixture.lxc("info", "-n", new, "-H", "-c", "lxc.uts.name").output == "fixed\n")
            #expect(try lines(fixture, new, "lxc.net.0.hwaddr") == ["lxc.net.0.hwaddr = 00:16:3e:3a:f1:c1"])
            #expect(try WholeFile.text(fixture.rootfs(new) + "/etc/hostname") == WholeFile.text(fixture.rootfs(old) + "/etc/hostname"))
        }
    }

    @Test func aSnapshotSharesWhatNeitherChanges() throws {
        try withContainers { fixture in
            let (old, new) = (try original(fixture), fixture.name("u4"))
            try fixture.succeed("copy", "-n", old, "-N", new, "-s")
            #expect(try names(fixture.folder(new)) == ["config", "lxc_rdepends", "overlay", "rootfs"])
            #expect(
                try lines(fixture, new, "lxc.rootfs.path")
                    == ["lxc.rootfs.path = overlay:\(fixture.rootfs(old)):\(fixture.folder(new))/overlay/delta"])
            #expect(try WholeFile.text(fixture.folder(new) + "/lxc_rdepends") == "\(fixture.lxcpath)\n\(old)\n")
            #expect(try WholeFile.text(fixture.folder(old) + "/lxc_snapshots") == "\(fixture.lxcpath)\n\(new)\n")
            try fixture.succeed("start", "-n", new)
            try fixture.succeed("attach", "-n", new, "--", "/bin/sh", "-c", "echo mine > /root/file; rm /etc/passwd")
            try fixture.succeed("stop", "-k", "-n", new)
            #expect(try WholeFile.text(fixture.folder(new) + "/overlay/delta/root/file") == "mine\n")
            #expect(try fixture.isThere(fixture.rootfs(old) + "/etc/passwd") && !fixture.isThere(fixture.rootfs(old) + "/root/file"))
            try fixture.succeed("start", "-n", new)
            #expect(try fixture.succeed("attach", "-n", new, "--", "/bin/cat", "/root/file").output == "mine\n")
            try fixture.succeed("stop", "-k", "-n", new)

            let refused = try fixture.lxc("destroy", "-n", old)
            #expect(refused.code == 1 && refused.error.contains("\(old) has clones"))
            // A copy of the clone lies on the same layer, with the changes made so far.
            let third = fixture.name("u5")
            try fixture.succeed("copy", "-n", new, "-N", third)
            #expect(try WholeFile.text(fixture.folder(third) + "/lxc_rdepends") == "\(fixture.lxcpath)\n\(old)\n")
            try fixture.succeed("destroy", "-n", new)
            try fixture.succeed("start", "-n", third)
            #expect(try fixture.succeed("attach", "-n", third, "--", "/bin/cat", "/root/file").output == "mine\n")
            #expect(try fixture.lxc("attach", "-n", third, "--", "/bin/cat", "/etc/passwd").code != 0)
            try fixture.succeed("destroy", "-f", "-n", third)
            #expect(try !fixture.isThere(fixture.folder(old) + "/lxc_snapshots"))
            try fixture.succeed("destroy", "-n", old)
        }
    }

    @Test("S1.63 S1.71 to S1.78: the seed's session, with overlay where the post has aufs") func theSeedsSession() throws {
        try withContainers { fixture in
            let (u2, u3) = (try original(fixture), fixture.name("u3"))
            try fixture.write(fixture.folder(u2) + "/fstab", "")
            try fixture.append(u2, ["lxc.mount = \(fixture.folder(u2))/fstab"])
            let clone = fixture.installation.bin + "/lxc-clone"
            let made = try fixture.run(clone, ["-p", fixture.lxcpath, "-B", "aufs", "-s", u2, u3])
            #expect(made.code == 0 && made.output == "Created container \(u3) as snapshot of \(u2)\n", "\(made)")
            #expect(try names(fixture.folder(u3)) == ["config", "delta0", "fstab", "lxc_rdepends", "rootfs"])
            #expect(try WholeFile.text(fixture.folder(u3) + "/lxc_rdepends") == "\(fixture.lxcpath)\n\(u2)\n")
            // The line as the post's program wrote it.
            let config = fixture.folder(u3) + "/config"
            let text = try WholeFile.text(config).split(separator: "\n").map {
                $0.hasPrefix("lxc.rootfs.path") ? "lxc.rootfs = aufs:\(fixture.rootfs(u2)):\(fixture.folder(u3))/delta0" : String($0)
            }
            try fixture.write(config, text.joined(separator: "\n") + "\n")
            try fixture.succeed("start", "-n", u3)
            try fixture.succeed("attach", "-n", u3, "--", "/bin/touch", "/root/new")
            try fixture.succeed("stop", "-k", "-n", u3)
            #expect(try fixture.isThere(fixture.folder(u3) + "/delta0/root/new"))
            // Where the old folder for snapshots exists it goes on being used.
            let snapshots = fixture.lxcpath + "snaps"
            _ = try fixture.run("/bin/mkdir", [snapshots])
            fixture.atEnd("snapshots") { _ = try fixture.run("/bin/rm", ["-rf", snapshots]) }
            try fixture.succeed("snapshot", "-n", u3)
            let listed = try fixture.succeed("snapshot", "-n", u3, "-L").output
            #expect(listed.hasPrefix("snap0 (\(snapshots)/\(u3)) 2") && listed.split(separator: ":").count == 5)
            #expect(try names("\(snapshots)/\(u3)/snap0") == ["config", "delta0", "fstab", "lxc_rdepends", "rootfs", "ts"])
            let full = try fixture.run(clone, ["-p", fixture.lxcpath, u2, fixture.name("full")])
            #expect(full.output == "Created container \(fixture.name("full")) as copy of \(u2)\n")
            try fixture.succeed("destroy", "-s", "-n", u3)
            #expect(try names(snapshots) == [u3] || names(snapshots) == [])
        }
    }

    @Test(arguments: [
        (["copy", "-n", "ORIG"], "there is no name for the copy"), (["copy", "-n", "nothere", "-N", "new"], "is not defined"),
        (["copy", "-n", "ORIG", "-N", "ORIG"], "cannot have the name of the original"),
        (["copy", "-n", "ORIG", "-N", "taken"], "exists already"),
        (["copy", "-n", "ORIG", "-N", "new", "-B", "floppy"], "floppy is not a valid backing storage type"),
        (["copy", "-n", "ORIG", "-N", "new", "-D"], "are for ephemeral copies"),
        (["copy", "-n", "ORIG", "-e", "-m", "bind=relative"], "has a path that is not absolute"),
        (["copy", "-n", "ORIG", "-N", "new", "-s", "-B", "dir"], "cannot be kept on dir"),
        (["clone"], "you must provide orig and new names"),
    ]) func whatCannotBe(words: [String], message: String) throws {
        try withContainers { fixture in
            let old = try original(fixture)
            let taken = try fixture.bare("taken", config: [])
            let arguments = words.map { $0 == "ORIG" ? old : $0 == "taken" ? taken : $0 == "new" ? fixture.name("new") : $0 }
            let path = arguments[0] == "clone" ? [] : ["-P", fixture.lxcpath]
            let result = try fixture.run(fixture.installation.bin + "/lxc-" + arguments[0], path + arguments.dropFirst())
            #expect(result.code == 1 && result.error.contains(message), "\(result)")
            #expect(try names(fixture.lxcpath) == [taken, old].sorted())
        }
    }

    @Test func aRunningContainerIsOnlyCopiedOnDemand() throws {
        try withContainers { fixture in
            let (old, new) = (try original(fixture), fixture.name("live"))
            try fixture.succeed("start", "-n", old)
            let refused = try fixture.lxc("copy", "-n", old, "-N", new, "-s")
            #expect(refused.code == 1 && refused.error.contains("\(old) is running"))
            try fixture.succeed("copy", "-n", old, "-N", new, "-s", "-a")
            #expect(try fixture.isThere(fixture.folder(new) + "/overlay/delta"))
        }
    }

    /// Hooks get C LXC's arguments and variables; those of the original's directory go with the clone.
    @Test func cloneHooks() throws {
        try withContainers { fixture in
            let (old, new) = (try original(fixture), fixture.name("hooked"))
            let trace = fixture.lxcpath + "/trace"
            try fixture.write(
                fixture.folder(old) + "/hook.sh",
                "#!/bin/sh\necho \"$@\" >> \(trace); env | grep ^LXC_ >> \(trace); ls $LXC_ROOTFS_MOUNT >> \(trace)\n",
                mode: 0o755)
            try fixture.append(old, ["lxc.hook.clone = \(fixture.folder(old))/hook.sh"])
            try fixture.succeed("copy", "-n", old, "-N", new, "-s", "--", "one", "two words")
            let text = try WholeFile.text(trace)
            #expect(text.hasPrefix("\(new) lxc clone one two words\n"))
            for line in [
                "LXC_NAME=\(new)", "LXC_SRC_NAME=\(old)", "LXC_CONFIG_FILE=\(fixture.folder(new))/config",
                "LXC_ROOTFS_PATH=overlay:\(fixture.rootfs(old)):\(fixture.folder(new))/overlay/delta", "busybox",
            ] where line != "busybox" { #expect(text.contains(line + "\n"), "\(line) in \(text)") }
            #expect(text.contains("\nbin\n") && text.contains("\netc\n"))
            #expect(try lines(fixture, new, "lxc.hook.clone") == ["lxc.hook.clone = \(fixture.folder(new))/hook.sh"])
            #expect(try FileStatus(of: fixture.folder(new) + "/hook.sh").permissions == 0o755)
            // A hook that fails undoes everything.
            try fixture.write(fixture.folder(old) + "/hook.sh", "#!/bin/sh\necho broken; exit 3\n", mode: 0o755)
            let failed = try fixture.lxc("copy", "-n", old, "-N", fixture.name("failed"), "-s")
            #expect(failed.code == 1 && failed.error.contains("broken"))
            #expect(try !fixture.isThere(fixture.folder(fixture.name("failed"))))
            #expect(try WholeFile.text(fixture.folder(old) + "/lxc_snapshots") == "\(fixture.lxcpath)\n\(new)\n")
        }
    }

    /// P9: the container's /etc/hostname leads out of it.
    @Test(arguments: ["file", "fifo", "relative"]) func theHostNameStaysInside(kind: String) throws {
        try withContainers { fixture in
            let (old, new) = (try original(fixture), fixture.name("linked"))
            let canary = fixture.lxcpath + "/canary"
            try fixture.write(canary, "untouched")
            let command =
                switch kind {
                case "fifo": "rm etc/hostname; mkfifo etc/hostname"
                case "relative": "ln -sf ../../../../../../../../\(canary) etc/hostname"
                default: "ln -sf \(canary) etc/hostname"
                }
            _ = try fixture.run("/bin/sh", ["-c", "cd \(fixture.rootfs(old)) && \(command)"])
            _ = try fixture.lxc("copy", "-n", old, "-N", new)
            #expect(try WholeFile.text(canary) == "untouched")
        }
    }

    @Test func renaming() throws {
        try withContainers { fixture in
            let (base, old, new) = (try original(fixture), fixture.name("old"), fixture.name("new"))
            try fixture.succeed("copy", "-n", base, "-N", old, "-s")
            let inode = try FileStatus(of: fixture.folder(old) + "/overlay/delta").inode
            try fixture.succeed("copy", "-n", old, "-N", new, "-R")
            #expect(try !fixture.isThere(fixture.folder(old)))
            #expect(try FileStatus(of: fixture.folder(new) + "/overlay/delta").inode == inode)
            #expect(try names(fixture.folder(new)) == ["config", "lxc_rdepends", "overlay", "rootfs"])
            #expect(try WholeFile.text(fixture.folder(base) + "/lxc_snapshots") == "\(fixture.lxcpath)\n\(new)\n")
            #expect(try WholeFile.text(fixture.folder(new) + "/overlay/delta/etc/hostname") == new)
            try fixture.succeed("start", "-n", new)
            #expect(try fixture.succeed("attach", "-n", new, "--", "/bin/hostname").output == "\(new)\n")
            let refused = try fixture.lxc("copy", "-n", new, "-N", old, "-R")
            #expect(refused.code == 1 && refused.error.contains("is running"))
            try fixture.succeed("stop", "-k", "-n", new)
            let clones = try fixture.lxc("copy", "-n", base, "-N", old, "-R")
            #expect(clones.code == 1 && clones.error.contains("has clones"))

            // Cut short after the directory got its name: the next command finishes it.
            let config = fixture.folder(new) + "/config"
            let right = try WholeFile.text(config)
            try fixture.write(fixture.folder(new) + "/config.for.\(new)", right)
            try fixture.write(config, "lxc.uts.name = stale\n")
            try fixture.succeed("start", "-n", new)
            #expect(try WholeFile.text(config) == right && !fixture.isThere(fixture.folder(new) + "/config.for.\(new)"))
        }
    }

    /// Another kind of storage holds the same: a folder becomes an image, an overlay becomes a folder, and back.
    @Test("S1.55: a copy of another kind of storage", .needsProgram("/sbin/mkfs.ext4", package: "e2fsprogs")) func anotherKindOfStorage()
        throws
    {
        try withContainers { fixture in
            let old = try original(fixture)
            let (image, layer, folder) = (fixture.name("image"), fixture.name("layer"), fixture.name("folder"))
            func mark(_ name: String, _ text: String) throws {
                try fixture.succeed("start", "-n", name)
                try fixture.succeed("attach", "-n", name, "--", "/bin/sh", "-c", "echo \(text) >> /root/marks")
                try fixture.succeed("stop", "-k", "-n", name)
            }
            try fixture.succeed("copy", "-n", old, "-N", layer, "-s")
            try mark(layer, "layer")
            try fixture.succeed("copy", "-n", layer, "-N", image, "-B", "loop", "-L", "64M")
            #expect(
                try lines(fixture, image, "lxc.rootfs.path").first?.hasPrefix("lxc.rootfs.path = loop:\(fixture.folder(image))/") == true)
            try mark(image, "image")
            try fixture.succeed("copy", "-n", image, "-N", folder, "-B", "dir")
            #expect(try lines(fixture, folder, "lxc.rootfs.path") == ["lxc.rootfs.path = dir:\(fixture.rootfs(folder))"])
            #expect(try WholeFile.text(fixture.rootfs(folder) + "/root/marks") == "layer\nimage\n")
            #expect(try FileStatus(of: fixture.rootfs(folder)).permissions == FileStatus(of: fixture.rootfs(old)).permissions)
            try mark(folder, "folder")
            // An image is copied as a whole.
            let second = fixture.name("second")
            try fixture.succeed("copy", "-n", image, "-N", second)
            try mark(second, "second")
            try fixture.succeed("snapshot", "-n", image)
            #expect(try fixture.lxc("copy", "-n", image, "-N", fixture.name("no"), "-s").error.contains("make a full copy"))
            try fixture.succeed("snapshot", "-n", image, "-r", "snap0")
            try mark(image, "restored")
            for name in [second, folder] { try fixture.succeed("destroy", "-n", name) }
            try fixture.succeed("destroy", "-s", "-n", image)
            for name in [layer, old] { try fixture.succeed("destroy", "-n", name) }
            #expect(try names(fixture.lxcpath) == [])
        }
    }
}
