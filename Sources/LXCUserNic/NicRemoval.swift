// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCNetwork
import LinuxKernel
import Netlink

/// Removing a device that this program made.
struct NicRemoval {
    let caller: Caller
    let allowance: Allowance
    let request: UserNicRequest
    /// The host's end.
    let interface: ExactWord

    private var refusal: UserNicFailure {
        UserNicFailure(
            """
            cannot remove \(quoted(interface.text)): the list of devices has none of that name that is yours
              name the host's end, with the type and the bridge that it was made for
            """)
    }

    /// Removes the device first and its line then: a line without a device is dropped by the next who counts.
    func run(in folder: String) throws(UserNicFailure) {
        var host = try doing("cannot talk to the kernel's network") { () throws(KernelError) in try NetlinkSocket() }
        guard let link = try findOwned(&host, folder) else { throw refusal }
        try leaveOpenVSwitch(&host)
        let (index, name) = (link.index, link.name)
        do { try host.perform(LinkChange.removal(index: index, label: name)) } catch {
            // The container's end, and this one with it, may have gone meanwhile.
            guard error.errno == .operationNotSupportedByDevice else { throw UserNicFailure("cannot remove \(name)", error) }
        }
        let database = try NicDatabase.locked(in: folder)
        try database.replace(with: try database.entries(&host))
    }

    /// The device, if the list says that it is the caller's. Every word counts, and each of them whole: one user's name, bridge
    /// or device may be the beginning of another's (CVE-2026-39402).
    private func findOwned(_ host: inout NetlinkSocket, _ folder: String) throws(UserNicFailure) -> Link? {
        let database = try NicDatabase.locked(in: folder)
        let entries = try database.entries(&host)
        let isOwned = entries.contains { entry in
            entry.interface == interface && entry.type == request.type && entry.bridge == request.bridge && allowance.owns(entry, caller)
        }
        guard isOwned else { return nil }
        let name = interface.text
        let found: Link?
        do { found = try host.link(named: name) } catch { throw UserNicFailure("cannot look for \(name)", error) }
        // The administrator may have given the name to something else.
        return found?.kind == "veth" && found?.name == name ? found : nil
    }

    private func leaveOpenVSwitch(_ host: inout NetlinkSocket) throws(UserNicFailure) {
        let name = request.bridge.text
        if name == UserNicRequest.noBridge { return }
        let bridge: Link?
        do { bridge = try host.link(named: name) } catch { throw UserNicFailure("cannot look for the bridge \(name)", error) }
        if bridge == nil || bridge?.kind == "bridge" { return }
        let arguments = ["--if-exists", "del-port", name, interface.text]
        let hasLeft = try doing("cannot run ovs-vsctl") { () throws(KernelError) in try OpenVSwitchTool.run(arguments) }
        guard hasLeft else { throw UserNicFailure("cannot take \(interface.text) out of \(name): ovs-vsctl refused") }
    }

    /// Takes a device away that could not be finished.
    static func remove(_ index: UInt32, _ name: String, _ host: inout NetlinkSocket) {
        do throws(KernelError) { try host.perform(LinkChange.removal(index: index, label: name)) } catch {
            return  // its line stays as long as it does, so it is counted
        }
    }
}
