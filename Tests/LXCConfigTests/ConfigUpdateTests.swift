// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCConfig

/// What lxc-update-config writes.
@Suite struct ConfigUpdateTests {
    private func updated(_ text: String) -> String { String(kernelBytes: ConfigUpdate(text.kernelBytes, name: "c").newBytes) }

    @Test func android() throws {
        let new = updated(SeedSnippets.android)
        #expect(
            new == """
                  lxc.rootfs.path = dir:/var/lib/lxc/android/rootfs
                  lxc.uts.name = armhf

                  lxc.net.0.type = none

                  lxc.tty.dir = lxc
                  lxc.tty.max = 4
                  lxc.pty.max = 1024
                  lxc.arch = armhf
                  lxc.cap.drop = mac_admin mac_override

                  lxc.hook.pre-start = /var/lib/lxc/android/pre-start.sh

                  lxc.apparmor.profile = unconfined

                """)
        #expect(try document(new).notes.isEmpty)
    }

    @Test(arguments: [SeedSnippets.networks, SeedSnippets.contained, SeedSnippets.tap, SeedSnippets.devices, SeedSnippets.overlay])
    func settingsStayTheSame(text: String) throws {
        let new = updated(text)
        let (before, after) = (try settings(text), try document(new))
        #expect(after.notes.isEmpty)
        #expect(before.entries.map(\.key) == after.config.entries.map(\.key))
        #expect(
            before.entries.filter { $0.key != "lxc.rootfs.path" }.map(\.value)
                == after.config.entries.filter { $0.key != "lxc.rootfs.path" }.map(\.value))
        #expect(before.rootfs.plainPath == after.config.rootfs.plainPath)
        #expect(updated(new) == new)
    }

    @Test(arguments: [
        ("lxc.network.type = veth\nlxc.network.ipv4 = 10.0.0.1\n", "lxc.net.0.type = veth\nlxc.net.0.ipv4.address = 10.0.0.1\n"),
        ("lxc.net.3.type = veth\nlxc.network.type = phys\n", "lxc.net.3.type = veth\nlxc.net.4.type = phys\n"),
        ("lxc.network.2.link = a\nlxc.network.type = empty\n", "lxc.net.2.link = a\nlxc.net.3.type = empty\n"),
        ("lxc.network.type = veth\nlxc.network =\nlxc.network.type = phys\n", "lxc.net.0.type = veth\nlxc.net =\nlxc.net.0.type = phys\n"),
        ("lxc.rootfs = overlayfs:/a:/b\n", "lxc.rootfs.path = overlay:/a:/b\n"),
        ("lxc.rootfs = /a\nlxc.rootfs.backend = btrfs\n", "lxc.rootfs.path = btrfs:/a\n"),
        ("lxc.rootfs = /dev/vg/lv\n", "lxc.rootfs.path = /dev/vg/lv\n"),
        ("lxc.limit.nofile=5\nlxc.kmsg = 0\n", "lxc.prlimit.nofile=5\n"),
        ("\tlxc.utsname\t=  \"a\"  # x\n", "\tlxc.uts.name\t=  \"a\"  # x\n"),
        ("lxc.mount = /f\nlxc.mount.entry = a b c d\n", "lxc.mount.fstab = /f\nlxc.mount.entry = a b c d\n"),
    ])
    func lines(old: String, new: String) { #expect(updated(old) == new) }

    @Test(arguments: ["", "lxc.uts.name = a", "# lxc.utsname = a\nforeign\nlxc.foo = 1\nlxc.network.link = early\n", "lxc.tty.max = 1\r\n"])
    func nothingToDo(text: String) {
        let update = ConfigUpdate(text.kernelBytes, name: "c")
        #expect(!update.isNeeded && update.newBytes == text.kernelBytes && update.diff.isEmpty)
    }

    @Test func preview() {
        let text = (1...12).map { "# \($0)\n" }.joined() + "lxc.utsname = a\nlxc.kmsg = 1\n# end\n"
        #expect(
            String(kernelBytes: ConfigUpdate(("lxc.tty = 1\n" + text).kernelBytes, name: "/c").diff) == """
                --- /c
                +++ /c (updated)
                @@ -1,4 +1,4 @@
                -lxc.tty = 1
                +lxc.tty.max = 1
                 # 1
                 # 2
                 # 3
                @@ -11,6 +11,5 @@
                 # 10
                 # 11
                 # 12
                -lxc.utsname = a
                -lxc.kmsg = 1
                +lxc.uts.name = a
                 # end

                """)
    }

    @Test func backup() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("config", "lxc.utsname = a\n")
        try ConfigUpdate.load(path: path).save()
        #expect(try WholeFile.text(path) == "lxc.uts.name = a\n" && WholeFile.text(path + ".backup") == "lxc.utsname = a\n")
        #expect(throws: ConfigProblem.self) { try ConfigUpdate.load(path: folder.path + "/none") }
    }
}
