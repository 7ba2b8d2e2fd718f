// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Ports of a real Open vSwitch, with its datapath in user space (this machine's kernel has none of its own).
@Suite(
    .needsRoot, .needsProgram("/usr/bin/ovs-vsctl", package: "openvswitch-switch"),
    .enabled("an Open vSwitch of the host runs here") { try FileStatus.ifPresent("/run/openvswitch/db.sock") == nil })
struct OpenVSwitchTests {
    private static let folder = "/run/openvswitch"

    /// Starts a switch on a test's host; it ends with the test.
    private func startSwitch(_ net: NetworkScene) throws {
        try NetworkScene.mustSucceed(net.run("/bin/mkdir", ["-p", Self.folder]))
        let database = net.fixture.lxcpath + "/conf.db"
        try NetworkScene.mustSucceed(net.run("/usr/bin/ovsdb-tool", ["create", database, "/usr/share/openvswitch/vswitch.ovsschema"]))
        net.fixture.atEnd("files of Open vSwitch") { try NetworkScene.mustSucceed(net.run("/bin/rm", ["-rf", Self.folder])) }
        for (program, arguments) in [
            ("ovsdb-server", [database, "--remote=punix:\(Self.folder)/db.sock"]), ("ovs-vswitchd", ["unix:\(Self.folder)/db.sock"]),
        ] {
            let pidFile = "\(net.fixture.lxcpath)/\(program).pid"
            try NetworkScene.mustSucceed(
                net.run("/usr/sbin/\(program)", arguments + ["--detach", "--no-chdir", "--pidfile=\(pidFile)", "--log-file=/dev/null"]))
            net.fixture.atEnd(program) {
                guard let pid = Int32(try WholeFile.text(pidFile).filter { $0.isNumber }) else { return }
                try net.fixture.kill(pid)
            }
            if program == "ovsdb-server" { try vsctl(net, "--no-wait", "init") }
        }
    }

    @discardableResult
    private func vsctl(_ net: NetworkScene, _ arguments: String...) throws -> String {
        try NetworkScene.mustSucceed(net.run("/usr/bin/ovs-vsctl", ["--timeout=60"] + arguments, seconds: 70)).output
    }

    @Test func aVethIsAPortWithItsVLANs() throws {
        try withNetwork { net in
            try startSwitch(net)
            try vsctl(net, "add-br", "ovs0", "--", "set", "bridge", "ovs0", "datapath_type=netdev")
            let veth = ["lxc.net.0.type = veth", "lxc.net.0.link = ovs0", "lxc.net.0.flags = up"]
            let one = try net.container("one", veth + ["lxc.net.0.veth.pair = vone", "lxc.net.0.ipv4.address = 10.9.0.1/24"])
            let two = try net.container("two", veth + ["lxc.net.0.veth.pair = vtwo", "lxc.net.0.ipv4.address = 10.9.0.2/24"])
            let tagged = try net.container(
                "tagged", veth + ["lxc.net.0.veth.pair = vtag", "lxc.net.0.veth.vlan.id = 5", "lxc.net.0.veth.vlan.tagged.id = 7"])
            for name in [one, two, tagged] { try net.start(name) }
            #expect(try net.reaches("10.9.0.2", from: one))
            #expect(try vsctl(net, "list-ports", "ovs0") == "vone\nvtag\nvtwo\n")
            #expect(try vsctl(net, "get", "port", "vtag", "tag", "trunks", "vlan_mode") == "5\n[7]\nnative-untagged\n")
            try net.stop(one)
            try net.killAll(of: two)
            _ = try net.lxc("info", "-n", two)
            #expect(try vsctl(net, "list-ports", "ovs0") == "vtag\n")
            try net.stop(tagged)
            #expect(try vsctl(net, "list-ports", "ovs0") == "")
        }
    }
}
