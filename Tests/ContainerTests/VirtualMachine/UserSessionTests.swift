// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

extension VirtualMachineTests {
    /// Post 7 on a host with systemd: containers of a user who has a manager of his own.
    @Suite(.needsVirtualMachine("systemd"), .serialized) struct UserSessionTests {
        private static let bridge = "lxcbr7"

        /// Runs commands as the user, with the environment of his session.
        private func asUser(_ fixture: ContainerFixture, _ script: String) throws -> ToolResult {
            try fixture.run(
                "/bin/sh",
                [
                    "-c",
                    """
                    exec setpriv --reuid=someone --regid=someone --init-groups env -i HOME=/home/someone USER=someone \
                    XDG_RUNTIME_DIR=/run/user/$(id -u someone) PATH="$1/bin:/usr/bin:/bin" sh -ec "$2"
                    """, "sh", fixture.installation.prefix, script,
                ], seconds: 60)
        }

        @Test func aUserCreatesStartsEntersStopsAndDestroys() throws {
            try withContainers { fixture in
                let program = fixture.installation.bin + "/lxc-checkconfig"
                _ = try fixture.shell(
                    """
                    useradd -m -s /bin/sh someone; loginctl enable-linger someone
                    for i in $(seq 100); do if test -S /run/user/$(id -u someone)/bus; then break; fi; sleep 0.5; done
                    ip link add \(Self.bridge) type bridge; ip addr add 10.79.0.1/24 dev \(Self.bridge); ip link set \(Self.bridge) up
                    '\(program)' --user someone --bridge \(Self.bridge) --prepare
                    \(fixture.installation.libexec)/lxc-apparmor-load
                    """)
                defer {
                    do { _ = try fixture.shell("ip link del \(Self.bridge)") } catch { Issue.record("\(error)") }
                }
                let made = try asUser(
                    fixture,
                    """
                    lxc-create -n web -t busybox
                    printf 'lxc.net.0.ipv4.address = 10.79.0.5/24\\nlxc.cgroup2.memory.max = 64M\\n' >> ~/.local/share/lxc/web/config
                    lxc-unpriv-start -n web -o ~/log -l INFO
                    """)
                #expect(made.code == 0, "\(made)")
                let inside = try asUser(
                    fixture,
                    "lxc-attach -n web -- sh -c 'id -u; cat /proc/self/uid_map; ping -c 1 10.79.0.1; cat /proc/self/attr/current'; lxc-cgroup -n web memory.max"
                )
                #expect(inside.code == 0, "\(inside)")
                #expect(inside.output.hasPrefix("0\n") && inside.output.contains("1 packets received"), "\(inside)")
                #expect(inside.lines.contains("67108864"), "\(inside)")
                // The profiles are loaded, so the program has the same as init.
                #expect(inside.output.contains("lxc-container-default-cgns (enforce)"), "\(inside)")
                let scene = try LibraryScene(fixture)
                let driver = try scene.compile("driver", ourHeaders: true)
                _ = try fixture.shell("install -m 755 '\(driver)' /home/someone/driver")
                let functions = try asUser(fixture, "LD_LIBRARY_PATH='\(scene.folder)' ~/driver label ~/.local/share/lxc web -")
                #expect(functions.lines.filter { $0.hasSuffix("lxc-container-default-cgns (enforce)") }.count == 5, "\(functions)")
                let listed = try asUser(fixture, "lxc-ls -f")
                #expect(listed.output.contains("web  RUNNING") && listed.output.contains("10.79.0.5"), "\(listed)")
                let gone = try asUser(fixture, "lxc-stop -k -n web; lxc-destroy -n web; lxc-ls")
                #expect(gone.code == 0 && gone.output == "", "\(gone)")
            }
        }
    }
}
