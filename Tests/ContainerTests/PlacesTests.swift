// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// P16, P17, P18: places outside of the root filesystem: world-writable folders, and the container's own folder.
@Suite(.needsRoot, .serialized) struct PlacesTests {
    /// A whole life, from create to destroy.
    private static let life = """
        lxc-create -P $P -n $N -t busybox -f /dev/null
        echo 'lxc.net.0.type = empty' >> $P/$N/config
        lxc-start -P $P -n $N
        lxc-attach -P $P -n $N -- /bin/true
        lxc-info -P $P -n $N; lxc-ls -P $P -f; lxc-freeze -P $P -n $N; lxc-unfreeze -P $P -n $N
        lxc-stop -P $P -n $N -k
        lxc-execute -P $P -n $N -- /bin/true
        lxc-wait -P $P -n $N -s STOPPED
        lxc-destroy -P $P -n $N
        """

    /// P17: nothing is made in a folder where everybody may write, so nobody can be there first. `fs.protected_symlinks` is off.
    @Test(.needsProgram("/usr/bin/gcc", package: "gcc"))
    func nothingIsMadeInWorldWritableFolders() throws {
        try withContainers { fixture in
            let sysctl = "/proc/sys/fs/protected_symlinks"
            let before = try WholeFile.text(sysctl)
            fixture.atEnd(sysctl) { try WholeFile.writeControl(sysctl, before) }
            try WholeFile.writeControl(sysctl, "0")
            let created = try fixture.compile("created")
            // Folders of our own in the places of the host's: whatever is made there is ours.
            let script = """
                set -e; P=/mnt N=life-\(fixture.tag)
                mount --bind \(fixture.lxcpath) /mnt
                mount --bind \(fixture.installation.prefix) /media
                for f in /tmp /var/tmp /run/lock /dev/shm; do mkdir -p $f; mount -t tmpfs -o mode=1777 none-\(fixture.tag) $f; done
                # A checkout in one of these folders is out of sight now.
                [ -e \(fixture.installation.bin) ] || { mkdir -p \(fixture.installation.prefix); mount --bind /media \(fixture.installation.prefix); }
                /mnt/.created /tmp /var/tmp /run/lock /dev/shm > /mnt/log & W=$!
                until grep -qs ready /mnt/log; do sleep 0.01; done
                touch /tmp/proof
                \(Self.life)
                kill $W; wait $W || true

                """
            #expect(created == fixture.lxcpath + "/.created")
            let result = try fixture.run("/usr/bin/unshare", ["-m", "/bin/sh", "-c", script], seconds: 30)
            #expect(result.code == 0, "\(result)")
            #expect(try WholeFile.text(fixture.lxcpath + "/log") == "ready\n/tmp/proof\n")
        }
    }

    /// P17: the folder of locks, journals and pipes belongs to root, and nobody else can make anything in it.
    @Test func runFolderIsOnlyWritableForItsOwner() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("run", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            let open = try fixture.run(
                "/bin/sh", ["-c", "find \(fixture.installation.run) ! -type l '(' ! -user 0 -o -perm /022 ')'"])
            #expect(open.code == 0 && open.output.isEmpty, "\(open)")
        }
    }

    /// P18: another user of the host reaches nothing of a container: its set-user-id programs would run on the host.
    @Test(arguments: [false, true])
    func otherUsersDoNotGetIntoAContainer(isMapped: Bool) throws {
        try withContainers { fixture in
            let name = try isMapped ? fixture.mapped("private") : fixture.busybox("private", config: ["lxc.net.0.type = empty"])
            let folder = fixture.folder(name)
            #expect(try FileStatus(of: folder).permissions & 0o7777 == 0o770)
            #expect(try FileStatus(of: folder + "/config").permissions & 0o7777 == 0o640)
            try fixture.succeed("start", "-n", name)
            for command in [
                "ls \(folder)", "ls \(folder)/rootfs", "cat \(folder)/config", "\(folder)/rootfs/bin/busybox true",
                "stat \(folder)/rootfs/bin",
            ] {
                // 200000 is nobody's; 100000 and 165535 are the container's own users, who may.
                let result = try fixture.run(
                    "/usr/bin/setpriv", ["--reuid", "200000", "--regid", "200000", "--clear-groups", "/bin/sh", "-c", command])
                #expect(result.code != 0 && result.error.contains("ermission denied"), "\(result)")
            }
            // The root filesystem as it is mounted for the container lies in a namespace of its own.
            let mounted = fixture.installation.prefix + "/lib"
            let seen = try fixture.run("/bin/sh", ["-c", "find \(mounted) -name busybox"])
            #expect(seen.output.isEmpty, "\(seen)")
        }
    }

    /// P16: what bears the name of the root filesystem in a container's folder, but is a link, is not what is removed or filled.
    @Test func destroyRemovesALinkNamedRootfsOnly() throws {
        try withContainers { fixture in
            let canary = try Canary(fixture)
            let name = try fixture.busybox("planted")
            let planted = try fixture.run(
                "/bin/sh",
                [
                    "-ec",
                    "cd \(fixture.folder(name)); mv rootfs gone; for f in rootfs snaps delta partial2; do ln -s \(canary.path) $f; done",
                ])
            #expect(planted.code == 0, "\(planted)")
            let before = try canary.listing(fixture)
            let result = try fixture.lxc("destroy", "-n", name, "-s")
            #expect(result.code == 1 && result.error.contains("snaps is a symbolic link"), "\(result)")
            #expect(try canary.listing(fixture) == before, "\(result)")
            _ = try fixture.run("/bin/rm", [fixture.folder(name) + "/snaps"])
            try fixture.succeed("destroy", "-n", name)
            #expect(try canary.listing(fixture) == before)
            #expect(try FileStatus.ifPresent(fixture.folder(name)) == nil)
        }
    }
}
