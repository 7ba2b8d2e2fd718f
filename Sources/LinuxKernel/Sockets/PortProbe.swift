// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Whether a server could listen on an address that the machine need not have yet.
package enum PortProbe {
    package enum Transport: Sendable, Equatable { case udp, tcp }

    /// Asks the kernel by binding a socket there, which is closed again at once.
    ///
    /// The socket shares its port as far as servers of DNS and DHCP do (`SO_REUSEADDR`), so the answer is the one that those would get.
    ///
    /// - Parameters:
    ///   - transport: UDP or TCP.
    ///   - address: Four or sixteen bytes.
    ///   - port: 1 to 65535.
    ///   - isOnOneDevice: The server will serve one device only (`SO_BINDTODEVICE`): those of other devices are not in its way. Asked for
    ///     the loopback device, which is always there.
    /// - Returns: False when somebody is in the way.
    /// - Throws: ``KernelError`` of `socket(2)`, `setsockopt(2)` or `bind(2)`.
    package static func isFree(
        _ transport: Transport, address: [UInt8], port: UInt16, isOnOneDevice: Bool = false
    ) throws(KernelError) -> Bool {
        let isIPv4 = address.count == 4
        let type = Int32((transport == .udp ? CLINUX_SOCK_DGRAM : CLINUX_SOCK_STREAM) | CLINUX_SOCK_CLOEXEC)
        let socket = OwnedDescriptor(
            owning: try kernelCall("socket", "port \(port)") { CLinux.socket(isIPv4 ? AF_INET : AF_INET6, type, 0) })
        let number = socket.number
        try setSocketOption(number, SO_REUSEADDR, "SO_REUSEADDR", Int32(1))
        if isOnOneDevice { try bindToLoopback(number) }
        try freeBind(number, isIPv4)
        do throws(KernelError) {
            try isIPv4 ? bindIPv4(number, address, port) : bindIPv6(number, address, port)
            return true
        } catch {
            if error.errno == .addressInUse { return false }
            throw error
        }
    }

    private static func bindToLoopback(_ number: Int32) throws(KernelError) {
        try kernelCommand("setsockopt", "SO_BINDTODEVICE of descriptor \(number)") {
            setsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3)
        }
    }

    /// Lets an address be bound before a device has it.
    private static func freeBind(_ number: Int32, _ isIPv4: Bool) throws(KernelError) {
        var on: Int32 = 1
        let (level, option) = isIPv4 ? (Int32(IPPROTO_IP), IP_FREEBIND) : (Int32(IPPROTO_IPV6), IPV6_FREEBIND)
        try kernelCommand("setsockopt", "free bind of descriptor \(number)") {
            setsockopt(number, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    private static func bindIPv4(_ number: Int32, _ bytes: [UInt8], _ port: UInt16) throws(KernelError) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes.prefix($0.count)) }
        try bind(number, address, port)
    }

    private static func bindIPv6(_ number: Int32, _ bytes: [UInt8], _ port: UInt16) throws(KernelError) {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes.prefix($0.count)) }
        try bind(number, address, port)
    }

    private static func bind<Address>(_ number: Int32, _ address: Address, _ port: UInt16) throws(KernelError) {
        var address = address
        try kernelCommand("bind", "port \(port)") {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    CLinux.bind(number, $0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
    }
}
