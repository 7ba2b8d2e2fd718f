// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel
import Netlink

/// Moves network interfaces between the host and a running container.
package struct InterfaceTransfer: ~Copyable {
    /// Why an interface was not moved.
    package struct Failure: Error, Sendable, Equatable {
        /// What was being done, as a sentence without its end.
        package let what: String
        package let reason: String
        package let errno: Int32
        /// What the user can do next.
        package let hint: String?

        init(_ what: String, reason: String, errno: Int32 = 0, hint: String? = nil) {
            self.what = what
            self.reason = reason
            self.errno = errno
            self.hint = hint
        }
    }

    private let container: String
    private var host: NetlinkSocket
    private var inside: NetlinkSocket
    private let home: OwnedDescriptor
    private let namespace: OwnedDescriptor

    /// - Parameters:
    ///   - process: A handle on the container's init.
    ///   - container: The container's name, for errors.
    /// - Throws: ``KernelError`` when the container's network cannot be entered.
    package init(process: Int32, container: String) throws(KernelError) {
        let host = try NetlinkSocket()
        let home = try Namespaces.currentNetwork()
        let label = "network of \(container)"
        let namespace = try Namespaces.visitNetwork(process, label: label) { () throws(KernelError) in try Namespaces.currentNetwork() }
        let inside = try NetlinkSocket(in: namespace.number, label: label)
        self.container = container
        self.host = host
        self.home = home
        self.namespace = namespace
        self.inside = inside
    }

    /// Whether the host has an interface of that name.
    package static func hostHas(_ name: String) throws(KernelError) -> Bool {
        var host = try NetlinkSocket()
        return try host.link(named: name) != nil
    }

    /// Moves an interface of the host into the container; it is down there, and the kernel drops its addresses.
    ///
    /// `nameInside`: nil keeps the name.
    package mutating func attach(_ name: String, as nameInside: String?) throws(Failure) {
        let what = "cannot move \(name) into \(container)"
        try checkDifferent(what)
        let link = try Self.link(name, &host, what, place: "the host", hint: "see ip link for the names of the host's interfaces")
        try Self.checkFree(nameInside ?? link.name, &inside, what, place: "the container")
        try Self.move(link, as: nameInside ?? link.name, to: namespace.number, &host, what)
    }

    /// Moves an interface of the container to the host; it is down there.
    ///
    /// `hostName`: nil keeps the name that it has in the container.
    package mutating func detach(_ name: String, as hostName: String?) throws(Failure) {
        let what = "cannot move \(name) out of \(container)"
        try checkDifferent(what)
        let link = try Self.link(name, &inside, what, place: "the container", hint: nil)
        try Self.checkFree(hostName ?? link.name, &host, what, place: "the host")
        try Self.move(link, as: hostName ?? link.name, to: home.number, &inside, what)
    }

    private func checkDifferent(_ what: String) throws(Failure) {
        let isSame = try Self.kernel(what) { () throws(KernelError) in
            try FileStatus(of: home).inode == FileStatus(of: namespace).inode
        }
        if isSame { throw Failure(what, reason: "the container has the host's network and all of its interfaces") }
    }

    private static func link(
        _ name: String, _ socket: inout NetlinkSocket, _ what: String, place: String, hint: String?
    ) throws(Failure) -> Link {
        guard let link = try kernel(what, { () throws(KernelError) in try socket.link(named: name) }) else {
            throw Failure(what, reason: "\(place) has no network interface of that name", hint: hint)
        }
        if link.isLoopback { throw Failure(what, reason: "a loopback device stays where it is") }
        return link
    }

    /// The kernel would move the interface and then refuse to rename it.
    private static func checkFree(_ name: String, _ socket: inout NetlinkSocket, _ what: String, place: String) throws(Failure) {
        if try kernel(what, { () throws(KernelError) in try socket.link(named: name) }) != nil {
            throw Failure(
                what, reason: "\(place) has an interface \(name) already", errno: Errno.fileExists.rawValue,
                hint: "give another name after the interface's")
        }
    }

    private static func move(
        _ link: Link, as name: String, to namespace: Int32, _ socket: inout NetlinkSocket, _ what: String
    ) throws(Failure) {
        var move = LinkChange(link)
        if link.isUp {
            var down = move
            down.isUp = false
            let request = down.request
            try kernel(what) { () throws(KernelError) in try socket.perform(request) }
        }
        move.namespace = namespace
        move.name = name
        let request = move.request
        try kernel(what) { () throws(KernelError) in try socket.perform(request) }
    }

    private static func kernel<Value>(_ what: String, _ body: () throws(KernelError) -> Value) throws(Failure) -> Value {
        do { return try body() } catch { throw Failure(what, reason: error.reason, errno: error.errno.rawValue) }
    }
}
