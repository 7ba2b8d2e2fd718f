// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The interfaces of the caller's network namespace with their addresses.
package struct NetworkInterfaces: Sendable, Equatable {
    package enum Family: Sendable { case ipv4, ipv6 }

    /// One address of an interface.
    package struct Address: Sendable, Equatable {
        package let interface: String
        package let family: Family
        /// As `inet_ntop(3)` writes it.
        package let text: String
        /// Whether it only means something on its link.
        package let isLinkLocal: Bool
    }

    /// Every interface once, in the kernel's order.
    package private(set) var names: [String] = []
    package private(set) var addresses: [Address] = []

    /// Lists them.
    ///
    /// Library call: `getifaddrs(3)`.
    package static func list() throws(KernelError) -> NetworkInterfaces {
        var head: UnsafeMutablePointer<ifaddrs>?
        try kernelCommand("getifaddrs", "interfaces") { getifaddrs(&head) }
        defer { freeifaddrs(head) }
        var result = NetworkInterfaces()
        var seen: Set<String> = []
        var entry = head
        while let current = entry?.pointee {
            if let name = current.ifa_name.map({ String(kernelBytes: bytes(of: $0)) }) {
                if seen.insert(name).inserted { result.names.append(name) }
                if let address = current.ifa_addr.flatMap({ Self.address($0, name) }) { result.addresses.append(address) }
            }
            entry = current.ifa_next
        }
        return result
    }

    private static func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
        UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }
    }

    private static func address(_ raw: UnsafeMutablePointer<sockaddr>, _ name: String) -> Address? {
        switch Int32(raw.pointee.sa_family) {
        case AF_INET:
            return raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                text(AF_INET, &address.pointee.sin_addr).map { Address(interface: name, family: .ipv4, text: $0, isLinkLocal: false) }
            }
        case AF_INET6:
            return raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                let isLocal = address.pointee.sin6_scope_id != 0
                return text(AF_INET6, &address.pointee.sin6_addr).map {
                    Address(interface: name, family: .ipv6, text: $0, isLinkLocal: isLocal)
                }
            }
        default: return nil
        }
    }

    private static func text(_ family: Int32, _ address: UnsafeRawPointer) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, address, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        return String(kernelBytes: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    }
}

extension Namespaces {
    /// Runs work in another network namespace and comes back; only the calling thread goes there.
    ///
    /// `target`: a handle on a process, or on the namespace itself.
    /// `label`: how an error names it.
    /// Throws ``KernelError`` of the work, or of `setns(2)`.
    package static func visitNetwork<Value: ~Copyable>(
        _ target: Int32, label: String, _ body: () throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let home = try OwnedDescriptor(opening: "/proc/thread-self/ns/net", .readOnly)
        try enter(target, .network, label: label)
        let result: Result<Value, KernelError>
        do { result = .success(try body()) } catch { result = .failure(error) }
        try enter(home.number, .network, label: "our network namespace")
        return try result.get()
    }
}
