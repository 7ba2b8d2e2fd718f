// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// Who serves a port that dnsmasq needs.
package struct PortHolder: Sendable, Equatable {
    package let pid: Int32
    /// Its command line; its name when it has none.
    package let command: String

    /// A port that dnsmasq listens on.
    package struct Port: Sendable, Equatable {
        package let transport: PortProbe.Transport
        package let number: UInt16
        package let address: IPAddress
        /// What it is for.
        package let purpose: String
        /// Whether servers of other devices may have it too.
        package let isOnOneDevice: Bool

        /// `UDP port 53 (DNS) of 10.0.3.1`
        package var label: String {
            let name = "\(transport == .udp ? "UDP" : "TCP") port \(number) (\(purpose))"
            return address.bytes.allSatisfy { $0 == 0 } ? name : "\(name) of \(address)"
        }
    }

    /// The ports that the dnsmasq of a bridge listens on.
    package static func ports(_ settings: BridgeSettings) -> [Port] {
        var ports: [Port] = []
        let addresses = [settings.ipv4.address] + (settings.ipv6.map { [$0.address] } ?? [])
        for address in addresses {
            for transport in [PortProbe.Transport.udp, .tcp] {
                ports.append(Port(transport: transport, number: 53, address: address, purpose: "DNS", isOnOneDevice: false))
            }
        }
        // DHCP requests come from clients without an address, so it is served on all addresses of one device.
        if let any = IPAddress(bytes: [0, 0, 0, 0]) {
            ports.append(Port(transport: .udp, number: 67, address: any, purpose: "DHCP", isOnOneDevice: true))
        }
        return ports
    }

    /// Makes sure that dnsmasq will get a port.
    ///
    /// - Throws: ``HostNetworkFailure`` that names who has it.
    package static func check(_ port: Port, of settings: BridgeSettings) throws(HostNetworkFailure) {
        let deadline = MonotonicInstant.now + patience
        while try !isFree(port) {
            let holders = find(port)
            if !holders.isEmpty || deadline.hasPassed { throw failure(port, holders, settings) }
            (MonotonicInstant.now + .milliseconds(20)).sleep()
        }
    }

    /// A server that is being killed keeps its sockets a moment longer than its entry in `/proc`.
    private static let patience = Duration.seconds(2)

    private static func isFree(_ port: Port) throws(HostNetworkFailure) -> Bool {
        try doing("cannot find out whether \(port.label) is free") { () throws(KernelError) in
            try PortProbe.isFree(
                port.transport, address: port.address.bytes, port: port.number, isOnOneDevice: port.isOnOneDevice)
        }
    }

    private static func failure(_ port: Port, _ holders: [PortHolder], _ settings: BridgeSettings) -> HostNetworkFailure {
        let names = holders.map { "process \($0.pid) (\($0.command))" }.joined(separator: " and ")
        return HostNetworkFailure(
            "cannot serve DHCP and DNS on \(settings.bridge)",
            reason: "\(port.label) is taken by \(names.isEmpty ? "a process that cannot be seen from here" : names)",
            hint: port.number == 53
                ? "have it listen on its own addresses only (dnsmasq: bind-interfaces), or name a file with port=0 in LXC_DHCP_CONFILE"
                : "end it, or have it serve its own interface only")
    }

    /// The processes that serve a port, as far as the caller may see.
    package static func find(_ port: Port) -> [PortHolder] {
        let sockets = sockets(of: port)
        return sockets.isEmpty ? [] : HostProcess.all.filter { $0.hasSocket(sockets) }.map { PortHolder(pid: $0.pid, command: $0.command) }
    }

    /// The inodes of the sockets that serve a port.
    static func sockets(of port: Port) -> Set<UInt64> {
        let name = port.transport == .udp ? "udp" : "tcp"
        var inodes: Set<UInt64> = []
        for file in [name, name + "6"] {
            // A kernel without IPv6 has no second file, and then nobody listens there.
            guard let text = try? WholeFile.text("/proc/net/" + file) else { continue }
            let table = SocketTable(parsing: text, isTCP: port.transport == .tcp)
            for entry in table.servers(of: port.number, on: port.address) { inodes.insert(entry.inode) }
        }
        return inodes
    }
}
