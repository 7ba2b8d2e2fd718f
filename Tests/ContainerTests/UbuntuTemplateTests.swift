// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// The Ubuntu template; for another architecture: ``ForeignArchitectureTests``.
@Suite(.needsRoot, .serialized, .needsProgram("/usr/sbin/debootstrap", package: "debootstrap"))
struct UbuntuTemplateTests {
    @Test("S1.01: without a word more the host's release and architecture") func hostsOwn() throws {
        try withContainers { fixture in
            let name = fixture.name("u")
            let made = try UbuntuScene(fixture).run(
                busybox: "/bin/busybox",
                """
                lxc-create -P $P -t ubuntu -n \(name) && cat $P/.called && lxc-start -P $P -n \(name) -d &&
                    lxc-attach -P $P -n \(name) -- cat /etc/hostname && lxc-stop -P $P -n \(name) -k
                """)
            #expect(made.code == 0, "\(made)")
            let words = made.lines
            for word in [
                "--arch=amd64", "jammy", "http://archive.ubuntu.com/ubuntu", "--components=main,universe", "--variant=minbase",
                "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg",
            ] { #expect(words.contains(word), "\(made)") }
            #expect(words.last == name, "\(made)")
            let calls = try WholeFile.text("\(fixture.rootfs(name))/called").split(separator: "\n")
            #expect(
                calls == [
                    "/usr/bin/apt-get clean", "/usr/sbin/locale-gen", "/usr/bin/ssh-keygen -A",
                    "/usr/sbin/useradd --create-home -s /bin/bash -G sudo ubuntu", "/usr/sbin/chpasswd",
                ])
            #expect(try WholeFile.text("\(fixture.lxcpath)/\(name)/config").contains("lxc.arch = amd64\n"))
        }
    }
}
