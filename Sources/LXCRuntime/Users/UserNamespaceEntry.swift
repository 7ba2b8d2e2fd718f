// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Takes the running process into a new user namespace with maps.
///
/// The maps have to be written from outside, so a copy of the process stays there for the moment that this takes. The process itself
/// goes on inside: what it executes has its number, its terminal and its parent, and ends with its own status.
/// Only for programs with a single thread.
package struct UserNamespaceEntry {
    /// The maps; when empty, nothing is mapped.
    package let mapping: IDMapping
    /// Other namespaces that are new too; they belong to the new user namespace.
    package var others: NamespaceSet = []
    /// Who to be inside; ids that are not mapped leave the process as it is.
    package var user: UInt32 = 0
    package var group: UInt32 = 0

    /// Whether the process stays who it is, and so keeps root's rights in the namespace without being its root: what it makes is the
    /// caller's, until it is given away.
    package var keepsIdentity = false

    package init(mapping: IDMapping) { self.mapping = mapping }

    /// Enters the namespace.
    ///
    /// - Throws: ``OperationFailure``; the process may be in a namespace without maps then, and should end.
    package func enter() throws(OperationFailure) {
        let pair = try attempting("cannot make a user namespace") { () throws(KernelError) in try UnixSocket.pair(.sequencedPackets) }
        let copy = try attempting("cannot make a user namespace") { () throws(KernelError) in try Self.copyProcess() }
        guard let writer = copy else { writeMaps(pair.closingFirst()) }
        let channel = pair.closingSecond()
        try attempting("cannot make a user namespace", hint: Self.advice) { () throws(KernelError) in
            try Namespaces.unshare(others.union(.user))
        }
        try attempting("cannot write the id maps", hint: "see /etc/subuid and /etc/subgid for the ids that you have") {
            () throws(KernelError) in
            try channel.sendAll([1])
            let answer = try channel.receive(upTo: 1 << 12) ?? []
            _ = try writer.collect()
            if let failure = Self.failure(answer) { throw failure }
        }
        if !keepsIdentity { try becomeUser() }
        guard others.contains(.mount) else { return }
        try attempting("cannot separate the mounts from the host's") { () throws(KernelError) in
            try MountPoint.setPropagation("/", .replica, recursive: true)
        }
    }

    /// Nil in the copy.
    private static func copyProcess() throws(KernelError) -> PidFD? {
        switch try ProcessCopy.make() {
        case .child: nil
        case .parent(_, let handle): handle
        }
    }

    private static let advice = """
        lxc-checkconfig --user NAME says what is missing; the kernel's limits are user.max_user_namespaces and \
        kernel.unprivileged_userns_clone
        """

    private func becomeUser() throws(OperationFailure) {
        try attempting("cannot become user \(user) of the namespace") { () throws(KernelError) in
            if mapping.groups.contains(where: { $0.outsideID(of: group) != nil }) {
                if try WholeFile.text("/proc/self/setgroups").hasPrefix("allow") { try Credentials.setSupplementaryGroups([]) }
                try Credentials.setGroup(group)
            }
            if mapping.users.contains(where: { $0.outsideID(of: user) != nil }) { try Credentials.setUser(user) }
        }
    }

    // MARK: - Outside

    /// The copy: waits for the namespace, writes the maps, says how it went, and ends.
    private func writeMaps(_ channel: consuming UnixSocket) -> Never {
        do {
            let process = ProcessControl.parentPID
            // Without the other process there is nobody to write for, and nobody who would close the channel.
            try ProcessControl.setParentDeathSignal(Signals.kill)
            guard try channel.receive(upTo: 1) != nil else { ProcessCopy.exitNow(0) }
            do throws(KernelError) {
                try IDMapPrograms.install(mapping, to: process)
                try channel.sendAll([0])
            } catch {
                let text = "\(error.call)\n\(error.errno.rawValue)\n\(error.subject)\n\(error.explanation ?? "")"
                try channel.sendAll(Array(text.kernelBytes.prefix(1 << 11)))
            }
        } catch { ProcessCopy.exitNow(1) }
        ProcessCopy.exitNow(0)
    }

    /// Nil when the maps were written.
    private static func failure(_ answer: [UInt8]) -> KernelError? {
        if answer == [0] { return nil }
        let parts = answer.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false).map { String(kernelBytes: $0) }
        guard parts.count == 4, let number = Int32(parts[1]) else {
            return KernelError(
                call: "write", errno: .noSuchProcess, subject: "id map", explanation: "the process that writes them was killed")
        }
        return KernelError(
            call: parts[0], errno: Errno(rawValue: number), subject: parts[2], explanation: parts[3].isEmpty ? nil : parts[3])
    }
}
