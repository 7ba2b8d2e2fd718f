// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

/// A host of Ubuntu without Ubuntu's archive, which these machines do not reach: in the place of debootstrap stands a program that
/// writes down how it was called, and makes a system of busybox in which each tool writes down its call. All else is as it is.
struct UbuntuScene {
    let fixture: ContainerFixture

    init(_ fixture: ContainerFixture) { self.fixture = fixture }

    /// What stands in the place of debootstrap; `busybox` is what its systems consist of.
    private func recorder(busybox: String) -> String {
        """
        #!/bin/sh -e
        printf '%s\\n' "$@" > \(fixture.lxcpath)/.called
        for word; do before=$folder folder=$last last=$word; done
        mkdir -p "$folder"; cd "$folder"
        mkdir -p bin sbin usr/bin usr/sbin usr/lib proc sys dev etc/apt etc/ssh tmp root home
        cp \(busybox) bin/busybox
        for applet in sh cat ls uname sleep true; do ln -s busybox bin/$applet; done
        ln -s ../bin/busybox sbin/init; printf '::sysinit:/bin/true\\n' > etc/inittab
        for tool in usr/bin/apt-get usr/bin/ssh-keygen usr/sbin/useradd usr/sbin/chpasswd usr/sbin/locale-gen; do
            printf '#!/bin/sh\\necho "$0" "$@" >> /called\\n' > $tool; chmod 755 $tool
        done
        """
    }

    /// Runs commands where the host is an Ubuntu 22.04 with that debootstrap; `$P` stands for the container path.
    func run(busybox: String, _ script: String) throws -> ToolResult {
        try fixture.write("\(fixture.lxcpath)/.debootstrap", recorder(busybox: busybox))
        try fixture.write("\(fixture.lxcpath)/.os-release", "ID=ubuntu\nVERSION_CODENAME=jammy\n")
        return try fixture.run(
            "/usr/bin/unshare",
            [
                "--net", "--mount", "--propagation", "private", "/bin/sh", "-ec",
                """
                ip link add lxcbr0 type bridge
                chmod 755 $P/.debootstrap; mount --bind $P/.debootstrap /usr/sbin/debootstrap
                mount --bind $P/.os-release /etc/os-release
                \(script)
                """,
            ],
            environment: [
                "P=\(fixture.lxcpath)", "LXC_CACHE_PATH=\(fixture.lxcpath)/.cache", "LANG=en_US.UTF-8",
                "KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg",
            ], seconds: 60)
    }
}
