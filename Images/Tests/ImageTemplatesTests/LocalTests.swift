// SPDX-License-Identifier: Apache-2.0
import Foundation
import ImageTemplates
import ImageTestSupport
import LXCConfig
import LinuxKernel
import Testing
import Unpacking

@Suite(.needsRoot, .needs("xz", packages: "xz-utils")) struct LocalTests {
    private func create(_ image: SplitImage, _ arguments: String = "") throws -> (container: ContainerPlace, said: String) {
        let container = try ContainerPlace()
        try image.write(container.place)
        let said = try container.program("lxc-local", "-m image/meta.tar.xz -f image/rootfs.tar.xz \(arguments)")
        return (container, said)
    }

    @Test func becomesAContainer() throws {
        let (container, said) = try create(SplitImage())
        #expect(said.hasSuffix("Welcome to c1[31m\n\nstatus 0\n"), "\(said)")
        #expect(try container.place.text("etc/hostname") == "c1\n")
        #expect(try container.place.text("etc/hosts") == "127.0.0.1 c1 \(container.folder)\n")
        #expect(try container.place.shell("test -d root/dev/pts && test -e root/dev/log && echo there") == "there\n")
        let text = try String(contentsOfFile: container.folder + "/config", encoding: .utf8)
        #expect(
            text == """
                # Made by lxc-create

                # What the image asks for
                # Image's own
                lxc.arch = x86_64
                lxc.tty.max = 2

                # This container
                lxc.rootfs.path = dir:\(container.rootfs)
                lxc.uts.name = c1

                # Network
                lxc.net.0.type = empty

                """)
        #expect(try container.place.shell("ls -A | grep metadata || true") == "")
    }

    @Test func filesOfItsGenerationAndKindComeFirst() throws {
        var image = SplitImage()
        image.files.append(("config.7", "lxc.tty.max = 3\n"))
        image.files.append(("config-user", "lxc.tty.max = 4\n"))
        #expect(try create(image).container.value("lxc.tty.max") == "3")
        let mapped = try create(image, "--mapped-uid=1000 --mapped-gid=-1").container
        #expect(try mapped.value("lxc.tty.max") == "4")
        #expect(try mapped.place.shell("stat -c %u:%g config; test -e root/dev/log || echo excluded") == "1000:0\nexcluded\n")
    }

    /// What an image does not decide (reliability I12).
    @Test func theHostIsNotConfigured() throws {
        var image = SplitImage()
        let hostile = [
            "lxc.hook.pre-start = /tmp/x", "lxc.include = /etc/passwd", "lxc.include = LXC_TEMPLATE_CONFIG/../x", "lxc.rootfs.path = /",
            "lxc.mount.entry = /etc etc none bind 0 0", "lxc.mount.entry = etc etc none rbind 0 0", "lxc.cap.drop =",
            "lxc.cgroup.devices.allow = a", "lxc.apparmor.profile = unconfined", "lxc.net.0.script.up = /tmp/x",
            "lxc.mount.auto = proc:rw", "LXC.hook.start = /x", " lxc.hook.mount=/x", "lxc.mount.fstab = /x", "lxc.idmap = u 0 0 1",
            "lxc.environment = LD_PRELOAD=/x", "lxc.mount.entry = /sys/kernel/debug/../../etc x none bind 0 0",
        ]
        image.files[0].text +=
            hostile.joined(separator: "\n") + "\nlxc.mount.entry = /sys/kernel/debug sys/kernel/debug none bind,optional 0 0\n"
        image.files.append(("fstab", "/etc etc none bind 0 0\n"))
        let (container, said) = try create(image)
        #expect(said.hasSuffix("status 0\n"), "\(said)")
        #expect(said.components(separatedBy: "left out of the image").count == hostile.count + 2)
        #expect(try container.config().config.hooks == ContainerConfigDocument().config.hooks)
        let text = try String(contentsOfFile: container.folder + "/config", encoding: .utf8)
        for line in hostile { #expect(!text.contains(line)) }
        #expect(text.contains("/sys/kernel/debug sys/kernel/debug"))
        image.files[0].text = "lxc.hook.pre-start = /tmp/x\n"
        let trusting = try create(image, "--trust-config").container
        #expect(try trusting.value("lxc.hook.pre-start")?.contains("/tmp/x") == true)
        #expect(try trusting.place.shell("cat fstab") == "/etc etc none bind 0 0\n")
    }

    /// Templates that would be written elsewhere (reliability I11).
    @Test func templatesStayInside() throws {
        var image = SplitImage()
        image.tree.link("etc/out", to: "../../../../../../../../../../tmp")
        for path in ["../canary/file", "etc/../../canary/file"] {
            image.files[1].text = path + "\n"
            let (container, said) = try create(image)
            #expect(said.hasSuffix("status 1\n"), "\(said)")
            #expect(container.place.isCanaryIntact)
        }
        // "/tmp" is the container's, which has none.
        image.files[1].text = "/etc/out/x\n"
        #expect(try create(image).said.hasSuffix("status 0\n"))
    }

    @Test func metadataIsReadThroughNoLink() throws {
        let container = try ContainerPlace()
        try SplitImage().write(container.place)
        for name in ["config", "templates"] {
            try container.place.shell(
                "rm -rf m && mkdir m && echo lxc.tty.max=1 > m/config && rm -f m/\(name) && ln -s /etc/passwd m/\(name) && tar -C m -cf meta.tar ."
            )
            let said = try container.program("lxc-local", "-m meta.tar -f image/rootfs.tar.xz")
            #expect(said.contains("symbolic link") && said.hasSuffix("status 1\n"), "\(said)")
        }
        try container.place.shell("rm -rf m && mkdir m && head -c 2M /dev/zero | tr '\\0' '#' > m/config && tar -C m -cf meta.tar .")
        #expect(try container.program("lxc-local", "-m meta.tar -f image/rootfs.tar.xz").hasSuffix("status 1\n"))
        try container.place.shell("rm -rf m && mkdir m && tar -C m -cf meta.tar .")
        #expect(try container.program("lxc-local", "-m meta.tar -f image/rootfs.tar.xz").contains("no file \"config\""))
    }

    /// In a user namespace, as lxc-create runs templates of containers with mapped ids.
    @Test func inAUserNamespace() throws {
        let container = try ContainerPlace()
        var image = SplitImage()
        image.files.append(("config-user", "lxc.tty.max = 4\n"))
        image.tree.device("etc/null")
        try image.write(container.place)
        let call = "./lxc-local --path=\(container.folder) --name=c1 --rootfs=\(container.rootfs) -m image/meta.tar.xz -f"
        try container.place.shell("ln -s \(BuiltProducts.folder)/lxc-image lxc-local")
        let said = try container.place.shell("unshare --user --map-root-user \(call) image/rootfs.tar.xz --devices 2>&1")
        #expect(said.contains("left out \"etc/null\": it is a device node"), "\(said)")
        #expect(try container.value("lxc.tty.max") == "4")
        #expect(try container.place.shell("test -e root/dev/log || echo excluded") == "excluded\n")
        image.tree.file("foreign", "", user: 1000)
        try image.write(container.place)
        try container.place.shell("find root -mindepth 1 -delete")
        let refused = try container.place.shell("unshare --user --map-root-user \(call) image/rootfs.tar.xz 2>&1 || echo status $?")
        #expect(refused.contains("no place in the id map") && refused.hasSuffix("status 1\n"), "\(refused)")
        #expect(try container.place.tree() == [])
    }

    @Test(.needs("mksquashfs", "sqfs2tar", packages: "squashfs-tools squashfs-tools-ng")) func fromASquashfs() throws {
        let container = try ContainerPlace()
        try SplitImage().write(container.place)
        try container.place.shell("mkdir t && tar -C t -xf image/rootfs.tar && mksquashfs t image/rootfs.squashfs -quiet -no-progress")
        let said = try container.program("lxc-local", "-m image/meta.tar.xz -f image/rootfs.squashfs")
        #expect(said.hasSuffix("status 0\n"), "\(said)")
        #expect(try container.place.text("etc/hostname") == "c1\n")
        try container.place.shell("truncate -s 200 image/rootfs.squashfs; rm -rf root; mkdir root")
        #expect(try container.program("lxc-local", "-m image/meta.tar.xz -f image/rootfs.squashfs").hasSuffix("status 1\n"))
        #expect(try container.place.tree() == [])
    }

    /// Words that would be commands if a shell saw them (reliability I14).
    @Test func pathsAreNotCommands() throws {
        let container = try ContainerPlace()
        try SplitImage().write(container.place)
        let strange = container.folder + "/a b$(touch \(container.folder)/canary/p)`touch \(container.folder)/canary/q`"
        try FileManager.default.createDirectory(atPath: strange + "/rootfs", withIntermediateDirectories: true)
        let status = ImageProgram.run(
            "lxc-local",
            [
                "--path=" + strange, "--name=c1", "--rootfs=" + strange + "/rootfs", "--metadata=\(container.folder)/image/meta.tar.xz",
                "--fstree=\(container.folder)/image/rootfs.tar.xz",
            ])
        #expect(status == 0)
        #expect(container.place.isCanaryIntact)
        #expect(try ConfigParser.load(path: strange + "/config").value(of: "lxc.rootfs.path")?.hasSuffix(strange + "/rootfs") == true)
    }

    @Test(arguments: ["", "-m x", "--bogus", "-m image/meta.tar.xz -f /dev/zero", "-m /dev/null -f /dev/null extra"])
    func wrongCallsEndWithOne(arguments: String) throws {
        let container = try ContainerPlace()
        try SplitImage().write(container.place)
        let said = try container.program("lxc-local", arguments)
        #expect(said.hasSuffix("status 1\n") && said.hasPrefix("lxc-local: "), "\(said)")
        #expect(said.split(separator: "\n").count <= 6)
    }
}
