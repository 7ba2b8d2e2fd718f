// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Netlink
import Testing

/// N4: only what the list says is the caller's is removed, every word compared whole.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc")) struct RemovalTests {
    private let policy = [
        "lxc veth br1 2", "lxc veth br10 2", "lxc veth ovs1 1", "lxcunpriv veth br1 2", "lxcunpriv veth ovs1 1", "@netters veth br10 4",
    ]
    private let refusal = "cannot remove"

    /// A stand-in for Open vSwitch's tool, in place of a real one if there is.
    private func installOpenVSwitch(_ world: UserNicWorld, _ script: String) throws {
        try world.write("/usr/local/bin/ovs-vsctl", "#!/bin/sh\n\(script)\n", mode: 0o755)
        let cover = "if [ -e /usr/bin/ovs-vsctl ]; then mount --bind /usr/local/bin/ovs-vsctl /usr/bin/ovs-vsctl; fi"
        try world.root("/bin/sh", "-c", cover)
    }

    private func hostEnd(_ made: ToolResult) throws -> String {
        let fields = made.output.split(whereSeparator: { $0 == ":" || $0 == "\n" })
        guard made.code == 0, fields.count == 4 else { throw FixtureFailure("\(made)") }
        return String(fields[2])
    }

    @Test func ownDeviceGoesWithItsLine() throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let one = try hostEnd(world.create(as: UserNicWorld.first, pid))
            let other = try hostEnd(world.create(as: UserNicWorld.first, pid))
            #expect(try world.create(as: UserNicWorld.first, pid).code == 1)
            let removed = try world.delete(as: UserNicWorld.first, pid, bridge: "br1", one)
            #expect(removed.code == 0 && removed.output == "" && removed.error == "", "\(removed)")
            #expect(try world.devices().map { $0.name } == [other])
            #expect(try world.database() == ["lxc veth br1 \(other)"])
            #expect(try world.create(as: UserNicWorld.first, pid).code == 0)
        }
    }

    @Test func portOfOpenVSwitchGoesByItsTool() throws {
        try withUserNicWorld(policy: policy) { world in
            // It writes down how it was called, and as whom.
            let log = "/usr/local/bin/log"
            try installOpenVSwitch(world, "echo \"$(id -ru):$(id -u) $*\" >> \(log)\nenv >> \(log).environment")
            let pid = try world.container(of: UserNicWorld.first)
            let made = try world.create(
                as: UserNicWorld.first, pid, bridge: "ovs1", options: ["-e", "PATH=/tmp", "-e", "LD_PRELOAD=/tmp/x", "-e", "IFS=/"])
            let port = try hostEnd(made)
            // The other user's removal, under its own and under the owner's names of everything.
            let foreign = try world.container(of: UserNicWorld.second)
            let refused = try world.delete(as: UserNicWorld.second, foreign, bridge: "ovs1", port)
            #expect(refused.code == 1 && refused.error.contains(refusal), "\(refused)")
            #expect(try world.database() == ["lxc veth ovs1 \(port)"])
            #expect(try world.delete(as: UserNicWorld.first, pid, bridge: "ovs1", port).code == 0)
            #expect(try world.database() == [] && world.devices().isEmpty)
            let calls = try WholeFile.text(world.outside(log)).split(separator: "\n").map(String.init)
            #expect(
                calls == [
                    "0:0 --timeout=10 -- br-exists ovs1", "0:0 --timeout=10 -- --may-exist add-port ovs1 \(port)",
                    "0:0 --timeout=10 -- --if-exists del-port ovs1 \(port)",
                ])
            let environment = try WholeFile.text(world.outside(log + ".environment")).split(separator: "\n")
            #expect(environment.allSatisfy { $0 == "PATH=/usr/sbin:/usr/bin:/sbin:/bin" || $0.hasPrefix("PWD=") || $0.hasPrefix("_=") })
        }
    }

    @Test func refusedPortLeavesNoDevice() throws {
        try withUserNicWorld(policy: policy) { world in
            try installOpenVSwitch(world, "case $* in *add-port*) exit 1;; esac")
            let pid = try world.container(of: UserNicWorld.first)
            for _ in 0..<3 {
                let made = try world.create(as: UserNicWorld.first, pid, bridge: "ovs1")
                #expect(made.code == 1 && made.error.contains("ovs-vsctl refused"), "\(made)")
            }
            #expect(try world.devices().isEmpty && world.devices(in: pid).isEmpty)
        }
    }

    /// `lxc` is the beginning of `lxcunpriv`, `br1` of `br10`, and `vet` of `veth`.
    @Test func beginningsOfWordsAreNoMatch() throws {
        try withUserNicWorld(policy: policy) { world in
            let (one, two) = (UserNicWorld.first, UserNicWorld.second)
            let pids = [one: try world.container(of: one), two: try world.container(of: two)]
            let first = try hostEnd(world.create(as: one, #require(pids[one])))
            let second = try hostEnd(world.create(as: two, #require(pids[two])))
            let lines = try world.database()
            #expect(lines == ["lxc veth br1 \(first)", "lxcunpriv veth br1 \(second)"])
            let attempts: [(UInt32, String, String, String)] = [
                (one, "veth", "br1", second), (two, "veth", "br1", first), (one, "veth", "br10", first), (one, "vet", "br1", first),
                (one, "veth", "br", first), (one, "veth", "br1", String(first.dropLast())), (one, "veth", "br1", first + "x"),
                (one, "veth", "br1", "veth"), (one, "veth", "br1", "br1"), (one, "veth", "br1", "lo"), (one, "veth", "none", first),
                (one, "veth br1", "br1", first), (one, "veth", "br1 \(first)\nlxc", first), (one, "veth", "br1", "\(first)\n\(second)"),
            ]
            for (user, type, bridge, interface) in attempts {
                let refused = try world.delete(as: user, #require(pids[user]), type: type, bridge: bridge, interface)
                #expect(refused.code == 1, "\(refused)")
            }
            #expect(try world.database() == lines)
            #expect(try Set(world.devices().map { $0.name }) == [first, second])
        }
    }

    /// A group's line is counted for all its members together; each of them removes only its own.
    @Test func membersOfAGroupDoNotRemoveEachOthersDevices() throws {
        try withUserNicWorld(policy: policy) { world in
            let foreign = try world.container(of: UserNicWorld.second)
            let device = try hostEnd(world.create(as: UserNicWorld.second, foreign, bridge: "br10"))
            #expect(try world.database() == ["@netters veth br10 \(device)"])
            let own = try world.container(of: UserNicWorld.first)
            #expect(try world.delete(as: UserNicWorld.first, own, bridge: "br10", device).code == 1)
            #expect(try world.devices().count == 1)
            #expect(try world.delete(as: UserNicWorld.second, foreign, bridge: "br10", device).code == 0)
            #expect(try world.devices().isEmpty)
        }
    }

    /// A line survives the device, and somebody gives the name to something else: that is not removed.
    @Test func onlyAVethIsRemoved() throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let device = try hostEnd(world.create(as: UserNicWorld.first, pid))
            try world.root("/bin/sh", "-c", "ip link del \(device) && ip link add \(device) type bridge")
            #expect(try world.delete(as: UserNicWorld.first, pid, bridge: "br1", device).code == 1)
            var socket = try world.socket()
            #expect(try socket.link(named: device)?.kind == "bridge")
        }
    }
}
