// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel
import Netlink

/// Which IP addresses of a container are wanted.
package struct AddressQuery: Sendable, Equatable {
    /// Of one interface; nil for all but `lo`.
    package var interface: String?
    /// Of one family; nil for both.
    package var isIPv4: Bool?
    /// For IPv6: 0 for addresses that mean something everywhere, else the number of the interface whose own ones are meant.
    package var scope: Int32

    package init(interface: String? = nil, isIPv4: Bool? = nil, scope: Int32 = 0) {
        self.interface = interface
        self.isIPv4 = isIPv4
        self.scope = scope
    }
}

extension Container {
    /// The names of the network interfaces inside.
    package func interfaceNames() throws(LXCError) -> [String] { try network().links.map { $0.name } }

    /// IP addresses inside, those of version 4 first; without the loopback addresses that every container has.
    package func addresses(_ query: AddressQuery) throws(LXCError) -> [String] {
        let (links, addresses) = try network()
        let found = addresses.filter { (address) in
            let name = address.label ?? links.first { $0.index == address.index }?.name
            let isWanted = if let interface = query.interface { name == interface } else { name != "lo" }
            // Only addresses of one link have a scope: the link's number.
            let ownScope = address.isLinkLocal ? Int32(truncatingIfNeeded: address.index) : 0
            let isFamily = query.isIPv4 == nil || query.isIPv4 == address.isIPv4
            return isWanted && isFamily && !Self.isLoopback(address) && (address.isIPv4 || ownScope == query.scope)
        }
        return (found.filter { $0.isIPv4 } + found.filter { !$0.isIPv4 }).map { $0.text }
    }

    private static func isLoopback(_ address: LinkAddress) -> Bool {
        address.isIPv4 ? address.bytes.first == 127 : address.text == "::1"
    }

    private func network() throws(LXCError) -> (links: [Link], addresses: [LinkAddress]) {
        let inspection = ContainerInspection(self, timeLimit: answerTime ?? .seconds(30))
        return try asking("cannot look at the network of \(name)") { () throws(ControlError) in try inspection.linksAndAddresses() }
    }
}
