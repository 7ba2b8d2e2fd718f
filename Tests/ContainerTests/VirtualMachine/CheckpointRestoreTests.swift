// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers that are written to disk and taken up again, by criu on Debian's kernel.
extension VirtualMachineTests {
    @Suite(.needsVirtualMachine("plain"), .needsProgram("/usr/sbin/criu", package: "criu"), .serialized) struct CheckpointRestoreTests {
        private static let config = ["lxc.console.path = none", "lxc.tty.max = 0"]

        /// Counts in `/tmp/counter` of the container, ten times a second.
        private func startCounter(_ fixture: ContainerFixture, _ name: String) throws {
            let loop = "i=0; while :; do i=$((i + 1)); echo $i > /tmp/counter; sleep 0.1; done"
            try fixture.succeed("attach", "-n", name, "--", "sh", "-c", "setsid sh -c '\(loop)' < /dev/null > /dev/null 2>&1 & sleep 1")
        }

        private func counter(_ fixture: ContainerFixture, _ name: String) throws -> Int {
            try Int(WholeFile.text(fixture.rootfs(name) + "/tmp/counter").filter { $0 != "\n" }) ?? -1
        }

        @Test func aCounterGoesOnWhereItWas() throws {
            try withContainers { fixture in
                let name = try fixture.busybox("count", config: Self.config + ["lxc.net.0.type = empty"])
                try fixture.succeed("start", "-n", name)
                try startCounter(fixture, name)
                let images = fixture.lxcpath + "/images"
                let written = try fixture.lxc("checkpoint", "-n", name, "-D", images, "-s", seconds: 60)
                #expect(written.code == 0, "\(written)")
                #expect(try fixture.state(name) == "STOPPED")
                let before = try counter(fixture, name)
                #expect(before > 0)
                let restored = try fixture.lxc("checkpoint", "-r", "-n", name, "-D", images, seconds: 60)
                #expect(restored.code == 0, "\(restored)")
                #expect(try fixture.state(name) == "RUNNING")
                #expect(try fixture.eventually(seconds: 20) { try counter(fixture, name) > before })
                #expect(try counter(fixture, name) < before + 1000, "it goes on, and does not begin anew")
                // A container like any other.
                #expect(try fixture.succeed("attach", "-n", name, "--", "hostname").output == name + "\n")
                let terminal = "lxc-attach -P \(fixture.lxcpath) -n \(name) -- tty"
                // Where its input ends at once, script(1) tells the terminal, which may show that before the answer ("^@").
                let typed = try fixture.run("/usr/bin/script", ["-qec", terminal, "/dev/null"])
                #expect(typed.output.contains("/dev/pts/"), "\(typed)")
                try fixture.succeed("freeze", "-n", name)
                #expect(try fixture.state(name) == "FROZEN")
                try fixture.succeed("unfreeze", "-n", name)
                let again = try fixture.lxc("checkpoint", "-r", "-n", name, "-D", images)
                #expect(again.code == 1 && again.error.contains("is running"), "\(again)")
                try fixture.succeed("stop", "-k", "-n", name)
                #expect(try fixture.state(name) == "STOPPED")
                // Images that are damaged bring nothing back, and leave nothing behind.
                try HostPath.remove(images + "/pages-1.img")
                let damaged = try fixture.lxc("checkpoint", "-r", "-n", name, "-D", images, seconds: 60)
                #expect(damaged.code == 1 && damaged.error.contains("cannot restore \(name): criu: "), "\(damaged)")
                #expect(try fixture.state(name) == "STOPPED")
            }
        }

        @Test func aProgramDoesItThroughTheLibrary() throws {
            try withContainers { fixture in
                let scene = try LibraryScene(fixture)
                let driver = try scene.compile("driver", ourHeaders: true)
                let name = try fixture.busybox("library", config: Self.config + ["lxc.net.0.type = empty"])
                try fixture.succeed("start", "-n", name)
                try startCounter(fixture, name)
                let run = try scene.run(driver, ["criu", fixture.lxcpath, name, fixture.lxcpath + "/images"], seconds: 120)
                #expect(run.code == 0 && run.output == "STOPPED\nRUNNING\n", "\(run)")
                let before = try counter(fixture, name)
                #expect(before > 0)
                #expect(try fixture.eventually(seconds: 20) { try counter(fixture, name) > before })
                try fixture.succeed("stop", "-k", "-n", name)
            }
        }

        @Test func addressesComeBackAndTheHostsEndIsInItsBridge() throws {
            try withContainers { fixture in
                _ = try fixture.shell("ip link add brcriu type bridge; ip addr add 10.9.8.1/24 dev brcriu; ip link set brcriu up")
                fixture.atEnd("the bridge") { _ = try fixture.shell("ip link del brcriu") }
                let network = ["lxc.net.0.type = veth", "lxc.net.0.link = brcriu", "lxc.net.0.flags = up"]
                let name = try fixture.busybox("net", config: Self.config + network)
                try fixture.succeed("start", "-n", name)
                try fixture.succeed("attach", "-n", name, "--", "ip", "addr", "add", "10.9.8.77/24", "dev", "eth0")
                let images = fixture.lxcpath + "/images"
                let written = try fixture.lxc("checkpoint", "-n", name, "-D", images, "-s", seconds: 60)
                #expect(written.code == 0, "\(written)")
                let restored = try fixture.lxc("checkpoint", "-r", "-n", name, "-D", images, seconds: 60)
                #expect(restored.code == 0, "\(restored)")
                #expect(try fixture.succeed("info", "-n", name, "-iH").output == "10.9.8.77\n")
                try fixture.succeed("attach", "-n", name, "--", "ping", "-c", "1", "-w", "20", "10.9.8.1", seconds: 30)
                try fixture.succeed("stop", "-k", "-n", name)
            }
        }
    }
}
