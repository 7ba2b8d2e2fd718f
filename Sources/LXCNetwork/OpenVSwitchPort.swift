// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// A veth's host end in an Open vSwitch bridge, by its own tool: the bridges live in its database, not in the kernel.
struct OpenVSwitchPort {
    let settings: NetworkSettings
    let bridge: Link

    private static let programs = ["/usr/bin/ovs-vsctl", "/usr/local/bin/ovs-vsctl", "/usr/sbin/ovs-vsctl", "/bin/ovs-vsctl"]
    private static let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
    /// Seconds after which the tool gives up by itself, and milliseconds after which it is killed.
    private static let patience = (seconds: 10, milliseconds: Int32(12_000))

    /// - Throws: ``NetworkFailure`` when the device is no bridge of Open vSwitch either.
    init(settings: NetworkSettings, bridge: Link) throws(NetworkFailure) {
        self.settings = settings
        self.bridge = bridge
        let what = "cannot use \(bridge.name) as a bridge"
        guard try making(what, settings, "link", { () throws(KernelError) in try Self.run(["br-exists", bridge.name]) }) else {
            throw NetworkFailure(
                what, reason: "it is a network device of another kind\(bridge.kind.map { ": \($0)" } ?? "")", settings, "link",
                hint: "name a bridge, use lxc.net.\(settings.index).veth.mode = router, or another type such as macvlan")
        }
    }

    func join(_ port: String) throws(NetworkFailure) {
        var arguments = ["--may-exist", "add-port", bridge.name, port]
        switch settings.vethVLAN {
        case .id(let id)?:
            arguments += [settings.vethTaggedVLANs.isEmpty ? "vlan_mode=access" : "vlan_mode=native-untagged", "tag=\(id)"]
        case NetworkSettings.PortVLAN.none?:
            throw NetworkFailure(
                "cannot put \(port) into \(bridge.name)", reason: "a port of Open vSwitch has a VLAN", settings, "veth.vlan.id",
                hint: "write a number instead of none")
        case nil: if !settings.vethTaggedVLANs.isEmpty { arguments.append("vlan_mode=trunk") }
        }
        if !settings.vethTaggedVLANs.isEmpty {
            arguments.append("trunks=" + settings.vethTaggedVLANs.map(String.init).joined(separator: ","))
        }
        let what = "cannot put \(port) into \(bridge.name)"
        guard try making(what, settings, "link", { () throws(KernelError) in try Self.run(arguments) }) else {
            throw NetworkFailure(what, reason: "ovs-vsctl refused", settings, "link", hint: "see the log of ovs-vswitchd")
        }
    }

    static func leave(bridge: String, port: String) throws(KernelError) {
        guard try run(["--if-exists", "del-port", bridge, port]) else {
            throw KernelError(call: "ovs-vsctl", errno: .ioError, subject: "del-port \(bridge) \(port)")
        }
    }

    /// Whether the tool is there and succeeds.
    private static func run(_ arguments: [String]) throws(KernelError) -> Bool {
        for program in programs {
            do throws(KernelError) {
                let result = try ProgramOutput.of(
                    program, arguments: ["ovs-vsctl", "--timeout=\(patience.seconds)"] + arguments, environment: environment, limit: 4096,
                    milliseconds: patience.milliseconds)
                return result.status == .exited(0)
            } catch { if error.errno != .noSuchFileOrDirectory { throw error } }
        }
        return false
    }
}
