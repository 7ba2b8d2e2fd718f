// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-destroy: that all of a container goes, nothing else does, and that what is left of a container can always be removed.
@Suite(.needsRoot) struct DestroyTests {
    private func isThere(_ path: String) throws -> Bool { try FileStatus.ifPresent(path, followLinks: false) != nil }

    @Test func aRunningContainerIsOnlyDestroyedByForce() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("running")
            try fixture.succeed("start", "-n", name)
            let refused = try fixture.lxc("destroy", "-n", name)
            #expect(refused.code == 1 && refused.error.contains("\(name) is running"))
            try fixture.succeed("destroy", "-f", "-n", name)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
            let again = try fixture.lxc("destroy", "-n", name)
            #expect(again.code == 1 && again.error.contains("Container is not defined"))
        }
    }

    /// B3: parts are missing, or the configuration cannot be read.
    @Test(arguments: ["rm config", "rm -r rootfs", "echo lxc.nosuch = 1 >> config", "echo lxc.nonsense > config"])
    func whatIsLeftOfAContainerIsRemoved(damage: String) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("damaged")
            _ = try fixture.run("/bin/sh", ["-c", "cd '\(fixture.folder(name))' && \(damage)"])
            #expect(try fixture.lxc("ls", "-f").code == 0)
            #expect(try fixture.lxc("info", "-n", name).code < 2)
            #expect(try fixture.lxc("start", "-n", name).code == 1)
            try fixture.succeed("destroy", "-n", name)
            #expect(try !isThere(fixture.folder(name)))
        }
    }

    /// P14: links are not followed, mounts are not entered, odd names are no obstacle.
    @Test(arguments: ContainerKind.allCases) func nothingOutsideIsTouched(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            let canary = try Canary(fixture)
            let rootfs = container.rootfs
            let links = "cd '\(rootfs)' && ln -s '\(canary.path)' link && ln -s '\(canary.path)/secret' file && mkdir mounted 'odd\nname'"
            #expect(try fixture.run("/bin/sh", ["-c", links]).code == 0)
            try container.own(canary)
            #expect(try container.root("/bin/mount", "--bind", canary.path, rootfs + "/mounted").code == 0)
            let before = try canary.listing(fixture)
            let refused = try container.lxc("destroy")
            #expect(refused.code == 1 && refused.error.contains("rootfs/mounted"), "\(refused)")
            #expect(try canary.listing(fixture) == before)
            #expect(try container.root("/bin/umount", rootfs + "/mounted").code == 0)
            try container.succeed("destroy")
            #expect(try canary.listing(fixture) == before)
            #expect(try !isThere(container.folder))
        }
    }

    @Test("P14: files that cannot be removed are named", arguments: ContainerKind.allCases)
    func immutableFilesAreNamed(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            let file = container.rootfs + "/etc/passwd"
            // Not every filesystem has the flag.
            guard try fixture.run("/usr/bin/chattr", ["+i", file]).code == 0 else { return }
            let refused = try container.lxc("destroy")
            _ = try fixture.run("/usr/bin/chattr", ["-i", file])
            #expect(refused.code == 1 && refused.error.contains("etc/passwd"), "\(refused)")
            try container.succeed("destroy")
        }
    }

    @Test func theWorkOfAKilledSupervisorIsFinishedFirst() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("orphaned")
            let trace = fixture.lxcpath + "/trace"
            try fixture.append(
                name, ["lxc.hook.post-stop = echo stopped >> \(trace); true", "lxc.hook.destroy = echo destroyed >> \(trace); true"])
            try fixture.succeed("start", "-n", name)
            let supervisor = try ProcessStatus.read(process: "\(fixture.initPID(name))").parent ?? 0
            try PidFD(supervisor).send(9)
            #expect(try fixture.eventually { try fixture.state(name) == "STOPPED" })
            try fixture.succeed("destroy", "-n", name)
            #expect(try WholeFile.text(trace) == "stopped\ndestroyed\n")
        }
    }

    @Test func snapshotsAndClonesStandInTheWay() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("original")
            let snapshot = fixture.folder(name) + "/snaps/snap0"
            try fixture.write(snapshot + "/config", "lxc.uts.name = snap\nlxc.rootfs.path = dir:\(snapshot)/rootfs\n")
            let first = try fixture.lxc("destroy", "-n", name)
            #expect(first.code == 1 && first.error.contains("\(name) has snapshots"))
            try fixture.write(fixture.folder(name) + "/lxc_snapshots", "\(fixture.lxcpath)\nclone\n")
            try fixture.write(fixture.folder("clone") + "/config", "lxc.uts.name = clone\n")
            let second = try fixture.lxc("destroy", "-s", "-n", name)
            #expect(second.code == 1 && second.error.contains("\(name) has clones"))
            // The clone goes, and takes its entry off the original's list.
            try fixture.write(fixture.folder("clone") + "/lxc_rdepends", "\(fixture.lxcpath)\n\(name)\n")
            try fixture.succeed("destroy", "-n", "clone")
            #expect(try !isThere(fixture.folder(name) + "/lxc_snapshots"))
            try fixture.succeed("destroy", "-s", "-n", name)
            #expect(try !isThere(fixture.folder(name)))
        }
    }

    @Test func anUnmanagedRootfsKeepsEverything() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("unmanaged", config: ["lxc.rootfs.managed = 0"])
            try fixture.succeed("destroy", "-n", name)
            #expect(try isThere(fixture.rootfs(name) + "/bin/busybox"))
        }
    }

    @Test func debiansToolDestroysOurContainersAndWeDestroyDebians() throws {
        guard PeerTools.folder != nil else { return }
        try withContainers { fixture in
            let ours = try fixture.busybox("ours")
            #expect(try fixture.peer("destroy", "-n", ours).code == 0)
            let theirs = fixture.name("theirs")
            #expect(try fixture.peer("create", "-n", theirs, "-t", "busybox", "-f", "/dev/null").code == 0)
            #expect(try fixture.peer("start", "-n", theirs).code == 0)
            try fixture.succeed("destroy", "-f", "-n", theirs)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }
}
