// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Getting hold of a network namespace that a caller named, with no more rights than the caller has.
enum NamespaceAccess {
    /// How long opening may take: a file system of the caller's may never answer.
    private static let patience = Duration.seconds(3)

    /// Opens the namespace and checks that the caller may change it.
    ///
    /// - Returns: A handle on it.
    /// - Throws: ``UserNicFailure/namespace``, whatever the reason.
    static func open(_ target: UserNicRequest.Target, for caller: Caller) throws(UserNicFailure) -> OwnedDescriptor {
        do throws(KernelError) {
            if let namespace = try openAsCaller(target, caller), try mayChange(namespace, caller.user) { return namespace }
        } catch {
            // Why not is nobody's business: see UserNicFailure.namespace.
        }
        throw .namespace
    }

    // MARK: - The rights of the caller

    /// Whether a user holds every capability over a network namespace, by the kernel's rule (user_namespaces(7)): the
    /// namespace belongs to a user namespace that the user made, or to one below that.
    static func mayChange(_ network: borrowing OwnedDescriptor, _ user: UInt32) throws(KernelError) -> Bool {
        guard try FilesystemKind(of: network) == .namespaces, try NamespaceFamily.kind(of: network) == .network else { return false }
        let own = try FileStatus(of: "/proc/self/ns/user")
        var current = try NamespaceFamily.owner(of: network)
        // Not below ours at all: nobody but root has rights in our own.
        if isSame(try FileStatus(of: current), own) { return user == 0 }
        while true {
            let parent = try NamespaceFamily.parent(of: current)
            if isSame(try FileStatus(of: parent), own) {
                let creator = try NamespaceFamily.creator(of: current)
                return user == 0 || user == creator
            }
            current = parent
        }
    }

    private static func isSame(_ one: FileStatus, _ other: FileStatus) -> Bool {
        one.filesystem == other.filesystem && one.inode == other.inode
    }

    // MARK: - Opening

    /// Lets a child that is the caller in every respect open the path; nil when it gave up or took too long.
    ///
    /// Root's rights never meet the path, so looking at it has no effect that the caller could not have by itself (CVE-2018-6556).
    /// The child is not collected: one that hangs in a file system may not even be killed at once, and our end is near.
    private static func openAsCaller(_ target: UserNicRequest.Target, _ caller: Caller) throws(KernelError) -> OwnedDescriptor? {
        let sockets = try UnixSocket.pair(.sequencedPackets)
        switch try ProcessCopy.make() {
        case .child: return runChild(target, caller, answer: sockets.second)
        case .parent(_, let handle):
            let answers = sockets.closingSecond()
            try answers.setReceiveLimit(patience)
            let message = try answers.receiveMessage(upTo: 1)
            if message?.descriptors.count != 1 { try handle.send(Signals.kill) }
            return try message?.descriptors.first?.duplicate()
        }
    }

    /// What the child does; never returns.
    private static func runChild(
        _ target: UserNicRequest.Target, _ caller: Caller, answer: borrowing UnixSocket
    ) -> OwnedDescriptor? {
        do throws(KernelError) {
            try caller.become()
            if let namespace = try find(target) { _ = try answer.send([1], descriptors: [namespace.number]) }
        } catch {
            // The parent sees that nothing came.
        }
        ProcessCopy.exitNow(0)
    }

    private static func find(_ target: UserNicRequest.Target) throws(KernelError) -> OwnedDescriptor? {
        switch target {
        case .path(let path): return try openNamespace(path)
        case .process(let pid):
            let process = try PidFD(pid)
            let namespace = try openNamespace("/proc/\(pid)/ns/net")
            // As long as it runs, nobody else can have got its number.
            return process.isRunning ? namespace : nil
        }
    }

    /// First a handle on the place, which opens nothing; then the file, if it is a namespace: a device, a FIFO or a file of /proc
    /// would notice that it is opened.
    private static func openNamespace(_ path: String) throws(KernelError) -> OwnedDescriptor? {
        let place = try OwnedDescriptor(opening: path, .path)
        guard try FilesystemKind(of: place) == .namespaces else { return nil }
        return try OwnedDescriptor(opening: "/proc/self/fd/\(place.number)", [.readOnly, .nonBlocking, .noControllingTerminal])
    }
}
