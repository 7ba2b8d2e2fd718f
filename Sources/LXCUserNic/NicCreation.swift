// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCNetwork
import LinuxKernel
import Netlink

/// Making a veth: one end in the caller's container, one on the host, in a bridge.
struct NicCreation {
    let caller: Caller
    let allowance: Allowance
    let request: UserNicRequest
    /// The wanted name in the container.
    let nameInside: String
    /// A handle on the container's network namespace.
    let namespace: Int32

    private static let attempts = 20

    /// Makes the device and prints the line that callers parse: `CNAME:CIFINDEX:HOSTNAME:HOSTIFINDEX`.
    ///
    /// - Throws: ``UserNicFailure``; no device is left then, not even when the line could not be printed. (Should the kernel fail to
    ///   take it away again, it is counted as long as it is there.)
    func run(in folder: String) throws(UserNicFailure) {
        var host = try doing("cannot talk to the kernel's network") { () throws(KernelError) in try NetlinkSocket() }
        let bridge = try findBridge(&host)
        let made = try makeCounted(&host, bridge, folder)
        do {
            if let bridge, bridge.kind != "bridge" { try joinOpenVSwitch(bridge.name, made.name) }
            let line = try describe(made)
            try doing("cannot print the result") { () throws(KernelError) in try StandardStream.output.write(line) }
        } catch {
            // What is left without an owner would count for ever.
            NicRemoval.remove(made.index, made.name, &host)
            throw error
        }
    }

    /// The bridge; nil for none.
    private func findBridge(_ host: inout NetlinkSocket) throws(UserNicFailure) -> Link? {
        let name = request.bridge.text
        if name == UserNicRequest.noBridge { return nil }
        let found: Link?
        do { found = try host.link(named: name) } catch { throw UserNicFailure("cannot look for the bridge \(name)", error) }
        guard let found, found.name == name else {
            throw UserNicFailure("cannot find the bridge \(name)\n  the administrator has to make it: ip link add \(name) type bridge")
        }
        return found
    }

    // MARK: - Counting and making

    /// Counts and makes the device in one turn. The line comes first: whenever this program ends, there is no device without a
    /// line, so nobody gets more than the policy says; a line without a device is dropped by the next who counts. The lock is held
    /// until the device is there, because until then its line looks like one of those.
    private func makeCounted(_ host: inout NetlinkSocket, _ bridge: Link?, _ folder: String) throws(UserNicFailure) -> Link {
        let database = try NicDatabase.locked(in: folder)
        let entries = try database.entries(&host)
        guard let owner = allowance.ownerWithRoom(entries, type: request.type, bridge: request.bridge) else { throw tooMany }
        let name = try unusedName(&host)
        guard let word = ExactWord(name) else { throw UserNicFailure("cannot choose a name for the device") }
        try database.replace(with: entries + [NicEntry(owner: owner, type: request.type, bridge: request.bridge, interface: word)])
        do throws(KernelError) {
            try host.perform(newLink(name, bridge))
            if let made = try host.link(named: name) { return made }
        } catch {
            dropStaleLines(database, &host)
            throw creationFailure(error)
        }
        throw UserNicFailure("cannot find \(name): it is gone again")
    }

    /// Looks again instead of writing the old list: what the kernel made before it failed, if anything, is still counted.
    private func dropStaleLines(_ database: borrowing NicDatabase, _ host: inout NetlinkSocket) {
        do throws(UserNicFailure) { try database.replace(with: try database.entries(&host)) } catch {
            return  // the next who counts does it
        }
    }

    private var tooMany: UserNicFailure {
        UserNicFailure(
            """
            cannot make another device in \(request.bridge.text): Quota reached
              remove one that you no longer need, or ask the administrator for a larger number in \(UserNicProgram.policyPath)
            """)
    }

    private func unusedName(_ host: inout NetlinkSocket) throws(UserNicFailure) -> String {
        for _ in 0..<Self.attempts {
            let name = HostInterfaceName.random(for: caller.user)
            do { if try host.link(named: name) == nil { return name } } catch { throw UserNicFailure("cannot look for \(name)", error) }
        }
        throw UserNicFailure("cannot find a name that no device has")
    }

    private func newLink(_ name: String, _ bridge: Link?) -> NetlinkRequest {
        var peer = NewLink.Peer()
        peer.namespace = namespace
        peer.traits.name = nameInside
        peer.traits.mtu = bridge?.mtu
        var link = NewLink(.veth(peer: peer), name: name)
        link.traits.mtu = bridge?.mtu
        link.traits.isUp = true
        // A bridge takes the lowest address of its ports for itself: this one is never the lowest.
        link.traits.hardwareAddress = [0xFE] + (0..<5).map { _ in UInt8.random(in: 0...255) }
        if let bridge, bridge.kind == "bridge" { link.master = bridge.index }
        return link.request
    }

    private func creationFailure(_ error: KernelError) -> UserNicFailure {
        switch error.errno {
        case .fileExists:
            UserNicFailure("cannot make \(quoted(nameInside)): the container has a device of that name\n  choose another name")
        case .notSupportedOnSocket: UserNicFailure("cannot make a veth: this kernel has none\n  load the module: modprobe veth")
        default: UserNicFailure("cannot make \(quoted(nameInside))", error)
        }
    }

    // MARK: - The rest

    private func joinOpenVSwitch(_ bridge: String, _ port: String) throws(UserNicFailure) {
        let isBridge = try doing("cannot run ovs-vsctl") { () throws(KernelError) in try OpenVSwitchTool.run(["br-exists", bridge]) }
        guard isBridge else { throw UserNicFailure("cannot use \(bridge) as a bridge: it is a network device of another kind") }
        let arguments = ["--may-exist", "add-port", bridge, port]
        let isPort = try doing("cannot run ovs-vsctl") { () throws(KernelError) in try OpenVSwitchTool.run(arguments) }
        guard isPort else { throw UserNicFailure("cannot put \(port) into \(bridge): ovs-vsctl refused; see the log of ovs-vswitchd") }
    }

    private func describe(_ made: Link) throws(UserNicFailure) -> String {
        let what = "cannot find the container's end of \(made.name)"
        let namespace = namespace
        let inside: Link?
        do {
            var container = try NetlinkSocket(in: namespace, label: "network namespace of the container")
            // The number of the other end is what the kernel calls the device's link.
            inside = if let peer = made.parent { try container.link(peer) } else { nil }
        } catch { throw UserNicFailure(what, error) }
        guard let inside else { throw UserNicFailure("\(what): it is gone again") }
        return "\(inside.name):\(inside.index):\(made.name):\(made.index)\n"
    }
}
