// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// P9, P10: what is written into or read from a root filesystem never touches a file of the host.
@Suite(.needsRoot) struct RootfsWriteTests {
    private func prepare(_ fixture: ContainerFixture, _ canary: Canary, in folder: String, _ commands: String) throws {
        let result = try fixture.run("/bin/sh", ["-ec", "C=\(canary.path); cd \(folder); \(commands)"])
        #expect(result.code == 0, "\(result)")
    }

    /// P9: no host name, no mtab, no resolv.conf, no init.lxc: with a /dev of our own, nothing at all is written.
    @Test(arguments: ["start", "execute"], ContainerKind.allCases)
    func startWritesNothingIntoTheRootFilesystem(tool: String, kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false, config: ["lxc.uts.name = other"])
            // The first run makes the mount points that the template left out.
            let run = { try container.lxc(tool, "--", "/bin/true") }
            let state = {
                try fixture.run("/bin/sh", ["-c", "find \(container.rootfs) -printf '%p %y %m %s %i %T@\\n' | sort"]).output
            }
            #expect(try run().code == 0)
            _ = try container.lxc("wait", "-s", "STOPPED")
            let before = try state()
            #expect(try run().code == 0)
            _ = try container.lxc("wait", "-s", "STOPPED")
            #expect(try state() == before)
        }
    }

    struct Links: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let prepare: String
        var config: [String] = []
        init(_ name: String, _ prepare: String, _ config: [String] = []) {
            (testDescription, self.prepare, self.config) = (name, prepare, config)
        }
    }

    /// P9: each place that a start does write to, with a link in it. The start is refused, or writes inside.
    @Test(
        arguments: [
            Links(
                "files of /dev without autodev",
                "rm -rf dev; mkdir dev; for f in console ptmx tty1 tty2 null fd stdin stdout stderr .lxc-boot-id; do ln -s $C/secret dev/$f; done",
                ["lxc.autodev = 0", "lxc.mount.entry ="]),
            Links(
                "new files of /dev without autodev",
                "rm -rf dev; mkdir dev; for f in console ptmx tty1 tty2 fd stdin; do ln -s $C/new-$f dev/$f; done",
                ["lxc.autodev = 0", "lxc.mount.entry ="]),
            Links(
                "folder of the terminals", "rm -rf dev; mkdir dev; ln -s $C/dev dev/lxc",
                ["lxc.autodev = 0", "lxc.tty.dir = lxc", "lxc.mount.entry ="]),
            Links("working directory", "ln -s $C work", ["lxc.init.cwd = /work/new"]),
            Links(
                "cgroup", "rm -rf sys; mkdir -p sys/fs; ln -s $C sys/fs/cgroup", ["lxc.mount.auto =", "lxc.mount.auto = cgroup:rw:force"]),
            Links("shared mounts", "ln -s $C shared", ["lxc.mount.auto = shmounts:/usr:/shared/place"]),
            Links("shared memory", "ln -s $C other", ["lxc.mount.entry = none other/shm tmpfs create=dir 0 0"]),
            Links("root filesystem of another place", "ln -s $C etc2; rm -rf etc; mv etc2 etc", []),
        ], ContainerKind.allCases)
    func linksInPlacesThatAreWrittenLeadNowhere(links: Links, kind: ContainerKind) throws {
        try withContainers { fixture in
            let canary = try Canary(fixture)
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false, config: links.config)
            try prepare(fixture, canary, in: container.rootfs, links.prepare)
            try container.own(canary)
            let before = try canary.listing(fixture)
            let result = try container.lxc("start", "-F", "--", "/bin/true")
            #expect(result.code == 0 || result.code == 1, "\(result)")
            #expect(try canary.listing(fixture) == before)
            _ = try container.lxc("execute", "--", "/bin/true")
            #expect(try canary.listing(fixture) == before)
        }
    }

    /// P9: the template fills a folder in which each of its files is a link.
    @Test(
        arguments: [
            (
                "mkdir -p etc/init.d etc/udhcpc bin sbin var", true,
                [
                    "etc/inittab", "etc/init.d/rcS", "etc/passwd", "etc/group", "etc/shadow", "etc/fstab", "etc/hostname", "etc/hosts",
                    "etc/udhcpc/default.script", "bin/busybox", "bin/sh", "sbin/init", "var/run",
                ]
            ),
            ("mkdir -p etc", false, ["etc/init.d"]), (":", false, ["etc"]), (":", false, ["bin"]), (":", false, ["dev"]),
        ] as [(String, Bool, [String])])
    func templateFollowsNoLink(folders: String, succeeds: Bool, links: [String]) throws {
        try withContainers { fixture in
            let canary = try Canary(fixture)
            let folder = fixture.folder(fixture.name("filled"))
            try prepare(fixture, canary, in: fixture.lxcpath, "mkdir -p \(folder)/rootfs; cd \(folder)/rootfs; \(folders)")
            for link in links {
                // A file's link leads to a file, a folder's to a folder.
                let target = succeeds ? "/secret" : "/dev"
                try prepare(fixture, canary, in: folder + "/rootfs", "ln -s $C\(target) \(link)")
            }
            let before = try canary.listing(fixture)
            let template = fixture.installation.templates + "/lxc-busybox"
            let result = try fixture.run(template, ["--path=\(folder)", "--name=filled", "--rootfs=\(folder)/rootfs"])
            #expect(result.code == (succeeds ? 0 : 1), "\(result)")
            #expect(try canary.listing(fixture) == before)
        }
    }

    /// P9: the hook that gives a copy its name changes plain files of the root filesystem only.
    @Test(arguments: [
        "ln -s $C/secret etc/hosts", "ln -s $C/secret etc/HOSTNAME", "mkdir etc/sysconfig; ln -s $C/secret etc/sysconfig/network",
        "ln -s $C etc/sysconfig", "mv etc real; cp real/hostname $C; ln -s $C etc",
    ])
    func cloneHookFollowsNoLink(links: String) throws {
        try withContainers { fixture in
            let canary = try Canary(fixture)
            let rootfs = fixture.lxcpath + "/copy"
            try fixture.write(canary.path + "/network", "untouched\n")
            try fixture.write(rootfs + "/etc/hostname", "untouched\n")
            try prepare(fixture, canary, in: rootfs, links)
            let before = try canary.listing(fixture)
            let result = try fixture.run(
                fixture.installation.share + "/hooks/clonehostname", ["new", "lxc", "clone"],
                environment: ["LXC_NAME=new", "LXC_SRC_NAME=untouched", "LXC_ROOTFS_MOUNT=\(rootfs)"])
            #expect(result.code == 0, "\(result)")
            #expect(try canary.listing(fixture) == before)
            // A name that is reached through a link stays as it was; the others are changed.
            let own = try FileStatus.ifPresent(rootfs + "/real/hostname") == nil
            #expect(try WholeFile.text(rootfs + (own ? "/etc/hostname" : "/real/hostname")) == (own ? "new\n" : "untouched\n"))
        }
    }

    /// P10: the user's shell comes from the container's own list, also when that is a link to the host's.
    @Test(
        arguments: ["$C/passwd", "../../../../../../../../$C/passwd", "/proc/self/root/$C/passwd", "/proc/1/root/$C/passwd"],
        ContainerKind.allCases)
    func usersAreLookedUpInside(target: String, kind: ContainerKind) throws {
        try withContainers { fixture in
            let canary = try Canary(fixture)
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            try fixture.write(canary.path + "/passwd", "root:x:0:0::/:/outside\n", mode: 0o644)
            let shell = "#!/bin/sh\necho outside\n"
            try fixture.write(container.rootfs + "/outside", shell, mode: 0o755)
            try prepare(fixture, canary, in: container.rootfs, "rm etc/passwd; ln -s \(target) etc/passwd")
            try container.own(canary)
            try container.succeed("start")
            let words = container.words("attach", ["-n", container.name])
            let result = try fixture.run(words[0], Array(words.dropFirst()), input: "echo inside\n")
            #expect(result.output == "inside\n", "\(result)")
        }
    }
}
