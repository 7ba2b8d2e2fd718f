// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-device: device files and network interfaces that a running container gets and gives back.
@Suite(.needsRoot) struct DeviceTests {
    private func withRunning(
        _ config: [String] = [], _ body: (NetworkScene, String) throws -> Void
    ) throws {
        try withNetwork { net in
            let name = try net.container("has", ["lxc.net.0.type = empty"] + config)
            try net.start(name)
            try body(net, name)
        }
    }

    /// Type and numbers as `ls` shows them.
    private func look(_ net: NetworkScene, _ name: String, _ path: String) throws -> String {
        try net.inside(name, "stat -c '%A %t:%T' \(path) 2>/dev/null || echo missing").split(separator: "\n").first.map(String.init) ?? ""
    }

    /// A device file of the host under a name that no container has, character device 1:3.
    private func hostDevice(_ net: NetworkScene, _ short: String, mode: String = "0640") throws -> String {
        let path = "\(net.fixture.lxcpath)/\(short)"
        try NetworkScene.mustSucceed(net.fixture.run("/usr/bin/mknod", ["-m", mode, path, "c", "1", "3"]))
        return path
    }

    /// The seed's own words: the option behind the verb, two names.
    @Test("S1.38: a device file gets type and numbers of the host's") func aDeviceFileGetsTypeAndNumbersOfTheHosts() throws {
        try withRunning { net, name in
            let device = try hostDevice(net, "ttyUSB0")
            try NetworkScene.mustSucceed(net.lxc("device", "add", "-n", name, device, "/dev/bus/ttyS0"))
            #expect(try look(net, name, "/dev/bus/ttyS0") == "crw-r----- 1:3")
            #expect(try net.inside(name, "echo x > /dev/bus/ttyS0 && echo works") == "works\n")
            let again = try net.lxc("device", "-n", name, "--", "add", device, "/dev/bus/ttyS0")
            #expect(again.code == 0 && again.output.isEmpty && again.error.isEmpty)
            try NetworkScene.mustSucceed(net.lxc("device", "del", "-n", name, "/dev/bus/ttyS0"))
            #expect(try look(net, name, "/dev/bus/ttyS0") == "missing")
        }
    }

    @Test("S1.39: the container may use it from then on") func theContainerMayUseItFromThenOn() throws {
        try withRunning(["lxc.cgroup.devices.deny = c 10:229 rwm", "lxc.cgroup2.devices.deny = c 10:229 rwm"]) { net, name in
            let path = "\(net.fixture.lxcpath)/fuse"
            try NetworkScene.mustSucceed(net.fixture.run("/usr/bin/mknod", ["-m", "0666", path, "c", "10", "229"]))
            try NetworkScene.mustSucceed(net.lxc("device", "-n", name, "add", path, "/dev/fuse"))
            #expect(try net.inside(name, ": < /dev/fuse && echo works") == "works\n")
            try NetworkScene.mustSucceed(net.lxc("device", "-n", name, "del", path, "/dev/fuse"))
            #expect(try net.lxc("attach", "-n", name, "--", "/bin/mknod", "/dev/fuse", "c", "10", "229").code != 0)
        }
    }

    /// Links in the container lead nowhere: neither to the host's files nor to other places in the container.
    @Test func linksInTheContainerAreNotFollowed() throws {
        try withRunning { net, name in
            let device = try hostDevice(net, "node")
            let outside = net.fixture.lxcpath + "/outside"
            try HostPath.makeDirectories(outside)
            _ = try net.inside(name, "ln -s \(outside) /dev/out; ln -s / /dev/up; ln -s \(outside)/x /dev/x")
            for path in ["/dev/out/n", "/dev/up\(outside)/n", "/dev/x", "/dev/out/deep/n", "/dev/../../../../\(outside)/n"] {
                let result = try net.lxc("device", "-n", name, "add", device, path)
                if !path.contains("..") { #expect(result.code == 1, "\(path)") }
                #expect(try net.run("/bin/ls", ["-A", outside]).output.isEmpty)
            }
            let refused = try net.lxc("device", "-n", name, "add", device, "/dev/out/n")
            #expect(refused.error.contains("/dev/out is a symbolic link in the container"), "\(refused)")
            // A link in the place of the file is not followed by del either.
            try net.fixture.write(outside + "/x", "kept")
            #expect(try net.lxc("device", "-n", name, "del", "/dev/x").code == 1)
            #expect(try FileStatus.ifPresent(outside + "/x") != nil)
        }
    }

    @Test(arguments: [
        (["add", "/dev/nosuch"], "has neither a network interface nor a file"), (["add", "nosuch0"], "has neither a network interface"),
        (["add", "/etc/passwd"], "it is no device"), (["add", "/dev/null", "/etc/inittab"], "another file has that name"),
        (["del", "/dev/nosuch"], "there is no such file in the container"), (["del", "/etc/inittab"], "it is no device file"),
        (["del", "/dev/zero", "/dev/null"], "it is another device (c 1:3) than the host's (c 1:5)"),
        (["del", "nosuch0"], "the container has no network interface of that name"),
        (["add", "lo"], "a loopback device stays where it is"),
        (["add", "taken0", "lo"], "the container has an interface lo already"),
    ])
    func whatCannotBeDoneIsExplained(words: [String], reason: String) throws {
        try withRunning { net, name in
            try net.ip("tuntap add dev taken0 mode tap")
            let result = try net.run(
                net.fixture.installation.bin + "/lxc-device", ["-P", net.fixture.lxcpath, "-n", name] + words)
            #expect(result.code == 1 && result.error.contains(reason), "\(result)")
        }
    }

    @Test func aContainerThatDoesNotRunGetsNothing() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("rests")
            for device in ["/dev/null", "lo"] {
                let result = try fixture.lxc("device", "-n", name, "add", device)
                #expect(result.code == 1 && result.error.contains("Container \(name) is not running"), "\(result)")
            }
        }
    }

    @Test("S1.38, S1.39: also with user ids of its own, whose root it belongs to") func aContainerWithUsersOfItsOwnGetsAFile() throws {
        try withContainers { fixture in
            let name = try fixture.mapped(
                "ids", config: ["lxc.cgroup.devices.deny = c 10:229 rwm", "lxc.cgroup2.devices.deny = c 10:229 rwm"])
            try fixture.succeed("start", "-n", name)
            let path = "\(fixture.lxcpath)/fuse"
            #expect(try fixture.run("/usr/bin/mknod", ["-m", "0600", path, "c", "10", "229"]).code == 0)
            try fixture.succeed("device", "-n", name, "add", path, "/dev/fuse")
            let look = "stat -c '%A %u:%g %t:%T' /dev/fuse; : < /dev/fuse && echo works"
            #expect(try fixture.succeed("attach", "-n", name, "--", "/bin/sh", "-c", look).output == "crw------- 0:0 a:e5\nworks\n")
            try fixture.succeed("device", "-n", name, "add", path, "/dev/fuse")
            let taken = try fixture.lxc("device", "-n", name, "add", "/dev/zero", "/etc/inittab")
            #expect(taken.code == 1 && taken.error.contains("another file has that name"), "\(taken)")
            let nowhere = try fixture.lxc("device", "-n", name, "add", path, "/dev/bus/fuse")
            #expect(nowhere.code == 1, "\(nowhere)")
            try fixture.succeed("device", "-n", name, "del", "/dev/fuse")
            let gone = try fixture.lxc("attach", "-n", name, "--", "/bin/ls", "/dev/fuse")
            #expect(gone.code == 1 && gone.error.contains("No such file"), "\(gone)")
        }
    }

    @Test func anInterfaceGoesInAndComesBack() throws {
        try withRunning { net, name in
            try net.ip("tuntap add dev guest0 mode tap")
            try net.ip("link set guest0 up")
            try NetworkScene.mustSucceed(net.lxc("device", "add", "-n", name, "guest0", "eth7"))
            #expect(try net.links() == ["lo"])
            #expect(try net.inside(name, "ip addr add 10.4.0.1/24 dev eth7; ip link set eth7 up; ip -o addr").contains("10.4.0.1"))
            #expect(try net.lxc("info", "-n", name, "-iH").lines == ["10.4.0.1"])
            try NetworkScene.mustSucceed(net.lxc("device", "del", "-n", name, "eth7", "guest1"))
            #expect(try net.links() == ["guest1", "lo"])
            try NetworkScene.mustSucceed(net.lxc("device", "-n", name, "--", "add", "guest1"))
            try net.ip("tuntap add dev guest1 mode tap")
            let refused = try net.lxc("device", "-n", name, "del", "guest1")
            #expect(refused.code == 1 && refused.error.contains("the host has an interface guest1 already"), "\(refused)")
            try net.ip("link del guest1")
            try NetworkScene.mustSucceed(net.lxc("device", "-n", name, "del", "guest1"))
            #expect(try net.links() == ["guest1", "lo"])
        }
    }

    @Test func aContainerWithTheHostsNetworkHasEveryInterface() throws {
        try withNetwork { net in
            let name = try net.container("shares", ["lxc.net.0.type = none"])
            try net.start(name)
            try net.ip("tuntap add dev guest0 mode tap")
            let result = try net.lxc("device", "-n", name, "add", "guest0", "eth7")
            #expect(result.code == 1 && result.error.contains("the container has the host's network"), "\(result)")
            #expect(try net.links() == ["guest0", "lo"])
        }
    }
}
