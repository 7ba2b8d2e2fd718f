// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LinuxKernel

/// A kind of IP addresses.
public enum AddressFamily: String, Sendable, CaseIterable {
    /// IPv4.
    case inet
    /// IPv6.
    case inet6
}

extension Container {
    /// The names of the network interfaces in the running container.
    ///
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public var interfaces: [String] {
        get throws(LXCError) { Self.lines(try perform(.interfaces)) }
    }

    /// IP addresses of the running container, those of IPv4 first; without the loopback addresses that every container has.
    ///
    /// - Parameters:
    ///   - interface: Of this interface; nil for all but `lo`.
    ///   - family: Of this family; nil for both.
    ///   - scope: Zero for addresses that mean something everywhere; else the number of the interface whose link-local addresses are meant.
    ///   - limit: How long is waited until there is one.
    /// - Returns: In their usual spelling; nothing when there are none.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run, or stops meanwhile.
    public func addresses(
        interface: String? = nil, family: AddressFamily? = nil, scope: Int32 = 0, within limit: Duration = .zero
    ) throws(LXCError) -> [String] {
        let deadline = MonotonicInstant.now + limit
        let query = AddressQuery(interface: interface, isIPv4: family.map { $0 == .inet }, scope: scope)
        while true {
            let found = Self.lines(try perform(.addresses(query)))
            if !found.isEmpty || deadline.hasPassed { return found }
            min(deadline, .now + .milliseconds(100)).sleep()
        }
    }

    /// Moves a network interface of the host into the running container, where it is down and has no addresses.
    ///
    /// When the container stops, the kernel gives hardware back to the host and removes everything else.
    ///
    /// - Parameters:
    ///   - interface: Its name on the host.
    ///   - name: Its name in the container; nil for the same.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public func attachInterface(_ interface: String, as name: String? = nil) throws(LXCError) {
        try perform(.attachInterface(interface, name: name))
    }

    /// Moves a network interface of the running container to the host, where it is down.
    ///
    /// - Parameters:
    ///   - interface: Its name in the container.
    ///   - name: Its name on the host; nil for the same.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public func detachInterface(_ interface: String, as name: String? = nil) throws(LXCError) {
        try perform(.detachInterface(interface, name: name))
    }

    private static func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
}
