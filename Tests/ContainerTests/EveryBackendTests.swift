// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Every verb on every kind of storage that this machine can have: create, start, copy, snapshot, restore, destroy.
@Suite(
    .needsRoot, .needsProgram("/usr/sbin/mkfs.btrfs", package: "btrfs-progs"), .needsProgram("/sbin/mkfs.ext4", package: "e2fsprogs"),
    .needsProgram("/usr/bin/mksquashfs", package: "squashfs-tools"))
struct EveryBackendTests {
    /// What the containers are kept on.
    enum Backend: String, CaseIterable, Sendable {
        case dir, overlay, btrfs, loop
        /// Changes laid over an image that is only read.
        case squashfs

        /// A copy with `-s` of this kind; nil when there is none.
        var sharedKind: String? {
            switch self {
            case .dir, .overlay, .squashfs: "overlay"
            case .btrfs: "btrfs"
            case .loop: nil
            }
        }

        /// Whether a copy needs the original's layers for as long as it lives.
        var copiesDepend: Bool { self == .overlay || self == .squashfs }

        /// Makes a container.
        func create(_ fixture: ContainerFixture, _ short: String) throws -> String {
            switch self {
            case .btrfs:
                try fixture.mountBtrfs()
                return try fixture.create(short, "-B", "btrfs")
            case .dir, .overlay: return try fixture.create(short, "-B", rawValue)
            case .loop: return try fixture.create(short, "-B", "loop", "--fssize", "32M")
            case .squashfs:
                return try fixture.converted(
                    short, "mksquashfs rootfs image -quiet -no-progress", path: "overlay:@/image:@/overlay/delta")
            }
        }
    }

    /// Writes what a test looks for later.
    private func mark(_ fixture: ContainerFixture, _ name: String, _ text: String) throws {
        try fixture.visit(name, "echo \(text) > /root/mark; rm -f /etc/\(text); mkdir -p /root/of-\(text); sync")
    }

    private func marked(_ fixture: ContainerFixture, _ name: String) throws -> String {
        try fixture.visit(name, "cat /root/mark; ls -d /root/of-*; ls / | wc -l")
    }

    /// Nothing is left of any container.
    private func checkThatNothingIsLeft(_ fixture: ContainerFixture, _ backend: Backend) throws {
        #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        // That of the filesystem that all of them lie on.
        #expect(try fixture.eventually { try fixture.loopDevices().count == (backend == .btrfs ? 1 : 0) })
        if backend == .btrfs { #expect(try fixture.shell("btrfs subvolume list '\(fixture.lxcpath)'") == "") }
    }

    @Test(arguments: Backend.allCases) func aFullCopy(backend: Backend) throws {
        try withContainers { fixture in
            let (name, copy) = (try backend.create(fixture, "web"), fixture.name("copy"))
            try mark(fixture, name, "first")
            let expected = try marked(fixture, name)
            try fixture.succeed("copy", "-n", name, "-N", copy)
            #expect(try marked(fixture, copy) == expected)
            try mark(fixture, copy, "second")
            #expect(try marked(fixture, name) == expected)
            let refused = try fixture.lxc("destroy", "-n", name)
            #expect(refused.code == (backend.copiesDepend ? 1 : 0))
            if backend.copiesDepend {
                #expect(refused.error.contains("\(name) has clones") && refused.error.contains("destroy the clones first"), "\(refused)")
            }
            #expect(try marked(fixture, copy).hasPrefix("second\n"))
            try fixture.succeed("destroy", "-n", copy)
            if backend.copiesDepend { try fixture.succeed("destroy", "-n", name) }
            try checkThatNothingIsLeft(fixture, backend)
        }
    }

    @Test(arguments: Backend.allCases) func aCopyThatShares(backend: Backend) throws {
        try withContainers { fixture in
            let (name, copy) = (try backend.create(fixture, "web"), fixture.name("copy"))
            try mark(fixture, name, "first")
            let expected = try marked(fixture, name)
            let made = try fixture.lxc("copy", "-n", name, "-N", copy, "-s")
            guard let kind = backend.sharedKind else {
                #expect(made.code == 1 && made.error.contains("a snapshot of loop storage cannot be kept on loop"), "\(made)")
                #expect(made.error.contains("make a full copy: leave -s out"), "\(made)")
                #expect(try !fixture.isThere(fixture.folder(copy)))
                try fixture.succeed("destroy", "-n", name)
                return try checkThatNothingIsLeft(fixture, backend)
            }
            #expect(made.code == 0, "\(made)")
            #expect(try fixture.configuration(copy).contains("\nlxc.rootfs.path = \(kind):"))
            try mark(fixture, copy, "second")
            #expect(try marked(fixture, name) == expected)
            let wrong = try fixture.lxc("copy", "-n", name, "-N", fixture.name("wrong"), "-s", "-B", "loop")
            #expect(
                wrong.code == 1 && wrong.error.contains("cannot be kept on loop") && wrong.error.contains("or use -B \(kind)"), "\(wrong)")
            let refused = try fixture.lxc("destroy", "-n", name)
            #expect(
                refused.code == (backend == .btrfs ? 0 : 1) && refused.error.contains("has clones") != (backend == .btrfs), "\(refused)")
            #expect(try marked(fixture, copy).hasPrefix("second\n"))
            try fixture.succeed("destroy", "-n", copy)
            if backend != .btrfs { try fixture.succeed("destroy", "-n", name) }
            try checkThatNothingIsLeft(fixture, backend)
        }
    }

    @Test(arguments: Backend.allCases) func snapshotsThereAndBack(backend: Backend) throws {
        try withContainers { fixture in
            let name = try backend.create(fixture, "web")
            for text in ["first", "second"] {
                try mark(fixture, name, text)
                try fixture.succeed("snapshot", "-n", name)
            }
            try mark(fixture, name, "third")
            let later = try marked(fixture, name)
            let list = try fixture.succeed("snapshot", "-n", name, "-L").lines
            #expect(list.count == 2 && list[0].hasPrefix("snap0 (\(fixture.folder(name))/snaps) ") && list[1].hasPrefix("snap1 "))
            let path = try fixture.configuration(name).split(separator: "\n").filter { $0.hasPrefix("lxc.rootfs.path") }

            // As often as one likes, to and fro.
            for (snapshot, text) in [("snap0", "first"), ("snap1", "second"), ("snap0", "first")] {
                try fixture.succeed("snapshot", "-n", name, "-r", snapshot)
                #expect(try marked(fixture, name).hasPrefix("\(text)\n"))
                try mark(fixture, name, "third")
                #expect(try fixture.succeed("snapshot", "-n", name, "-L").lines == list)
                #expect(try fixture.configuration(name).split(separator: "\n").filter { $0.hasPrefix("lxc.rootfs.path") } == path)
                #expect(try DirectoryListing.names(in: fixture.lxcpath) == [name])
            }
            #expect(try marked(fixture, name).split(separator: "\n").last == later.split(separator: "\n").last)
            let other = fixture.name("other")
            try fixture.succeed("snapshot", "-n", name, "-r", "snap1", "-N", other)
            #expect(try marked(fixture, other).hasPrefix("second\n"))
            try fixture.succeed("destroy", "-n", other)

            let refused = try fixture.lxc("destroy", "-n", name)
            #expect(refused.code == 1 && refused.error.contains("\(name) has snapshots") && refused.error.contains("use -s"), "\(refused)")
            try fixture.succeed("snapshot", "-n", name, "-d", "snap0")
            #expect(try fixture.succeed("snapshot", "-n", name, "-L").lines.map { $0.prefix(5) } == ["snap1"])
            #expect(try marked(fixture, name).hasPrefix("third\n"))
            try fixture.succeed("destroy", "-s", "-n", name)
            try checkThatNothingIsLeft(fixture, backend)
        }
    }

    /// Others that lie on a container's layers see nothing of it, and keep it from changing only where they would.
    @Test(arguments: Backend.allCases) func restoringBesideACopy(backend: Backend) throws {
        try withContainers { fixture in
            let (name, copy) = (try backend.create(fixture, "web"), fixture.name("copy"))
            try mark(fixture, name, "first")
            try fixture.succeed("snapshot", "-n", name)
            try mark(fixture, name, "second")
            try fixture.succeed("copy", "-n", name, "-N", copy, backend.sharedKind == nil ? "-M" : "-s")
            let before = try marked(fixture, copy)
            let restored = try fixture.lxc("snapshot", "-n", name, "-r", "snap0")
            if backend == .dir {
                #expect(restored.code == 1 && restored.error.contains("\(name) has clones"), "\(restored)")
                #expect(restored.error.contains("restore under another name"), "\(restored)")
            } else {
                #expect(restored.code == 0, "\(restored)")
                #expect(try marked(fixture, name).hasPrefix("first\n"))
            }
            #expect(try marked(fixture, copy) == before)
            try fixture.succeed("destroy", "-n", copy)
            try fixture.succeed("destroy", "-s", "-n", name)
            try checkThatNothingIsLeft(fixture, backend)
        }
    }

    /// Another kind than the original's, from each to each.
    @Test(arguments: Backend.allCases, ["dir", "loop", "btrfs"]) func anotherKind(backend: Backend, kind: String) throws {
        try withContainers { fixture in
            let (name, copy) = (try backend.create(fixture, "web"), fixture.name("copy"))
            try mark(fixture, name, "first")
            let made = try fixture.lxc("copy", "-n", name, "-N", copy, "-B", kind)
            if kind == "btrfs", backend != .btrfs {
                #expect(made.code == 1 && made.error.contains("is not on btrfs"), "\(made)")
                #expect(try !fixture.isThere(fixture.folder(copy)))
            } else {
                #expect(made.code == 0, "\(made)")
                #expect(try marked(fixture, copy).hasPrefix("first\n"))
                try fixture.succeed("destroy", "-n", name)
                #expect(try marked(fixture, copy).hasPrefix("first\n"))
                try fixture.succeed("destroy", "-n", copy)
            }
            if try fixture.isThere(fixture.folder(name)) { try fixture.succeed("destroy", "-n", name) }
            try checkThatNothingIsLeft(fixture, backend)
        }
    }

    /// The size and the filesystem of an image are its copy's.
    @Test func anImagesCopyIsLikeIt() throws {
        try withContainers { fixture in
            let name = try fixture.create("web", "-B", "loop", "--fssize", "40M", "--fstype", "ext2")
            try fixture.succeed("copy", "-n", name, "-N", fixture.name("copy"))
            try fixture.succeed("copy", "-n", name, "-N", fixture.name("larger"), "-L", "50M")
            for (short, size) in [("copy", 40 << 20), ("larger", 50 << 20)] {
                let image = fixture.folder(fixture.name(short)) + "/rootdev"
                #expect(try FileStatus(of: image).size == size)
                #expect(try fixture.shell("blkid -o value -s TYPE '\(image)'") == "ext2\n")
            }
        }
    }
}
