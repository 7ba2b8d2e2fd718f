// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Kinds of network devices that only Debian's own kernel has.
extension VirtualMachineTests {
    @Suite(.needsVirtualMachine("plain"), .serialized) struct NetworkKindTests {
        private func withParent(_ fixture: ContainerFixture, _ body: (String) throws -> Void) throws {
            let parent = "parent0"
            _ = try fixture.shell("ip link add \(parent) type dummy && ip link set \(parent) up")
            defer {
                do { _ = try fixture.shell("ip link del \(parent)") } catch { Issue.record("\(error)") }
            }
            try body(parent)
        }

        @Test(arguments: [("l2", "l2"), ("l3", "l3"), ("l3s", "l3s")]) func ipvlan(mode: String, shown: String) throws {
            try withContainers { fixture in
                try withParent(fixture) { parent in
                    let name = try fixture.busybox(
                        "ipvlan",
                        config: [
                            "lxc.net.0.type = ipvlan", "lxc.net.0.link = \(parent)", "lxc.net.0.ipvlan.mode = \(mode)",
                            "lxc.net.0.flags = up",
                            "lxc.net.0.ipv4.address = 10.77.0.2/24", "lxc.net.0.name = eth5",
                        ])
                    try fixture.succeed("start", "-n", name)
                    #expect(try fixture.inside(name, "ip addr show eth5").contains("10.77.0.2/24"))
                    let pid = try fixture.succeed("info", "-n", name, "-p", "-H").lines.first ?? ""
                    #expect(try fixture.shell("nsenter -n -t \(pid) ip -d link show eth5").contains("ipvlan  mode \(shown) "))
                    try fixture.succeed("stop", "-k", "-n", name)
                }
            }
        }

        @Test func vlan() throws {
            try withContainers { fixture in
                try withParent(fixture) { parent in
                    let name = try fixture.busybox(
                        "vlan",
                        config: [
                            "lxc.net.0.type = vlan", "lxc.net.0.link = \(parent)", "lxc.net.0.vlan.id = 57", "lxc.net.0.flags = up",
                            "lxc.net.0.ipv4.address = 10.78.0.2/24",
                        ])
                    try fixture.succeed("start", "-n", name)
                    #expect(try fixture.inside(name, "ip addr show eth0").contains("10.78.0.2/24"))
                    let pid = try fixture.succeed("info", "-n", name, "-p", "-H").lines.first ?? ""
                    #expect(try fixture.shell("nsenter -n -t \(pid) ip -d link show eth0").contains("vlan protocol 802.1Q id 57 "))
                    try fixture.succeed("stop", "-k", "-n", name)
                    #expect(try !fixture.shell("ip -o link").contains("vlan"))
                }
            }
        }

        /// A port that carries one VLAN untagged and another tagged.
        @Test func vlansOfABridge() throws {
            try withContainers { fixture in
                _ = try fixture.shell("ip link add vbr0 type bridge vlan_filtering 1 && ip link set vbr0 up")
                defer {
                    do { _ = try fixture.shell("ip link del vbr0") } catch { Issue.record("\(error)") }
                }
                let name = try fixture.busybox(
                    "port",
                    config: [
                        "lxc.net.0.type = veth", "lxc.net.0.link = vbr0", "lxc.net.0.flags = up", "lxc.net.0.veth.pair = port0",
                        "lxc.net.0.veth.vlan.id = 7", "lxc.net.0.veth.vlan.tagged.id = 9",
                    ])
                try fixture.succeed("start", "-n", name)
                let ports = try fixture.shell("bridge vlan show dev port0")
                #expect(ports.contains("7 PVID Egress Untagged") && ports.contains("9"), "\(ports)")
                try fixture.succeed("stop", "-k", "-n", name)
            }
        }
    }
}
