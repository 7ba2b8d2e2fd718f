// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel
package import Netlink

/// The network interfaces of a container with their addresses, as tools show them.
///
/// What is shown, and in which order, is what C LXC 5.0 was seen to show: names include labels of addresses (`eth0:1`) and the loopback
/// device; addresses exclude that device's and link-local IPv6 ones; an address that two devices have is there twice.
package struct InterfaceListing: Sendable, Equatable {
    /// The kernel gives the loopback device this number in every namespace.
    private static let loopbackIndex: UInt32 = 1

    /// Sorted by their bytes, each once.
    package let names: [String]
    /// Sorted by their bytes.
    package let ipv4: [String]
    package let ipv6: [String]

    /// Both families in one order.
    package var addresses: [String] { (ipv4 + ipv6).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    /// `links`: only needed for ``names``.
    package init(links: [Link], addresses: [LinkAddress]) {
        let names = Set(links.map { $0.name } + addresses.compactMap { $0.label })
        self.names = names.sorted { $0.kernelBytes.lexicographicallyPrecedes($1.kernelBytes) }
        let shown = addresses.filter { !Self.isOnLoopback($0) && !$0.isLinkLocal }
        let texts = { (isIPv4: Bool) in
            shown.filter { $0.isIPv4 == isIPv4 }.map { $0.text }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        ipv4 = texts(true)
        ipv6 = texts(false)
    }

    /// Asks the kernel.
    ///
    /// `socket`: a conversation in the container's network namespace.
    /// `withNames`: without, ``names`` is not complete, and asking takes half the time.
    package static func read(_ socket: inout NetlinkSocket, withNames: Bool) throws(KernelError) -> InterfaceListing {
        InterfaceListing(links: withNames ? try socket.links() : [], addresses: try socket.addresses())
    }

    /// An IPv4 address of the loopback device that has another label, `lo:1`, is shown.
    private static func isOnLoopback(_ address: LinkAddress) -> Bool {
        address.label.map { $0 == "lo" } ?? (address.index == loopbackIndex)
    }
}
