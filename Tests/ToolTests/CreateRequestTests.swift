// SPDX-License-Identifier: Apache-2.0
import LXCTools
import Testing

@Suite struct CreateRequestTests {
    @Test func theSeedsExamples() {
        let first = ToolRun("lxc-create -n u2 -t ubuntu -- -a i386 -r precise").engine.created
        #expect(first?.target.name == "u2")
        #expect(first?.template == "ubuntu")
        #expect(first?.templateArguments == ["-a", "i386", "-r", "precise"])
        let second = ToolRun("lxc-create -t ubuntu -n p1 -- --help").engine.created
        #expect(second?.templateArguments == ["--help"])
        let third = ToolRun("lxc-create p1 -f /tmp/c -t /opt/template -- x").engine.created
        #expect(third?.configFile == "/tmp/c")
        #expect(third?.templateArguments == ["x"])
    }

    @Test func storage() {
        let request = ToolRun("lxc-create p1 -t none -B lvm --lvname l --vgname v --thinpool t --fstype xfs --fssize 500 --rcfile r").engine
            .created
        #expect(request?.backing.kinds == [.lvm])
        #expect(request?.backing.logicalVolume == "l")
        #expect(request?.backing.volumeGroup == "v")
        #expect(request?.backing.thinPool == "t")
        #expect(request?.backing.filesystem == "xfs")
        #expect(request?.backing.sizeInBytes == 500 << 20)
        #expect(ToolRun("lxc-create p1 -t none -B zfs,btrfs,dir --zfsroot z").engine.created?.backing.kinds == [.zfs, .btrfs, .dir])
        #expect(ToolRun("lxc-create p1 -t none -B aufs").engine.created?.backing.kinds == [.overlay])
        #expect(ToolRun("lxc-create p1 -t none --dir /srv/x").engine.created?.backing.directory == "/srv/x")
        #expect(ToolRun("lxc-create p1 -t none -B rbd --rbduser u --rbdpool p --rbdname n").engine.created?.backing.rbdUser == "u")
        #expect(ToolRun("lxc-create p1 -t none -B best --fssize 1G --zfsroot z").status == 0)
    }

    @Test(arguments: [("1b", 1), ("2k", 2 << 10), ("3M", 3 << 20), ("4g", 4 << 30), ("5T", 5 << 40), ("6", 6 << 20)] as [(String, UInt64)])
    func sizes(text: String, bytes: UInt64) {
        #expect(ToolRun("lxc-create p1 -t none -B loop --fssize \(text)").engine.created?.backing.sizeInBytes == bytes)
    }

    @Test(arguments: ["0", "-1", "+1", "x", "3Q", "G", "1.5G", "99999999999999999999", "18446744073709551615T"])
    func malformedSizes(text: String) {
        let run = ToolRun("lxc-create p1 -t none -B loop --fssize=\(text)")
        #expect(run.status == 1)
        #expect(run.engine.created == nil)
        #expect(run.errors.hasSuffix("lxc-create: could not parse command line\n"))
    }

    @Test(arguments: [
        ("-B foo", "foo is not a valid backing storage type."),
        ("--fssize 3", "Filesystem type and size are only valid with block devices."),
        ("-B dir --fstype ext4", "Filesystem type and size are only valid with block devices."),
        ("-B loop --thinpool x", "--lvname, --vgname and --thinpool are only valid with -B lvm"),
        ("--rbdname x", "--rbdname and --rbdpool are only valid with -B rbd"),
        ("-B lvm --zfsroot x", "zfsroot is only valid with -B zfs"),
        ("--dir ab", "--dir should use absolute path"),
    ])
    func optionsThatDoNotGoTogether(options: String, message: String) {
        let run = ToolRun("lxc-create zz -t none \(options)")
        #expect(run.status == 1)
        #expect(run.engine.created == nil)
        #expect(run.errors.hasPrefix("lxc-create: zz: \(message)\n"))
    }

    @Test func aTemplateIsNeeded() {
        let run = ToolRun("lxc-create -n zz")
        #expect(run.status == 1)
        #expect(
            run.errors == """
                lxc-create: zz: A template must be specified
                  Use "none" if you really want a container without a rootfs

                """)
    }

    @Test func helpGoesOnWithTheTemplates() {
        let run = ToolRun("lxc-create -t busybox -h")
        #expect(run.status == 0)
        #expect(run.errors == HelpText.help(CreateCommand.table))
        #expect(run.engine.calls == ["help of busybox"])
        #expect(ToolRun("lxc-create -h").engine.calls.isEmpty)
        #expect(ToolRun("lxc-create -t none -h").engine.calls.isEmpty)
    }
}
