// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// The lock that tools take to read and change a container's files; given back when the value goes.
package struct ContainerLock: ~Copyable, Sendable {
    private let file: OwnedDescriptor

    /// Takes the lock, waiting for its holder.
    ///
    /// The lock file and the folders above it are made on demand and stay. `deadline` is asked for when somebody has the lock; `nil` waits
    /// for ever.
    ///
    /// - Throws: ``KernelError``, `.timedOut` when the deadline passed.
    package init(
        lxcPath: String, name: String, in directory: RunDirectory, until deadline: @autoclosure () -> MonotonicInstant?
    ) throws(KernelError) {
        let path = directory.lockFile(lxcPath: lxcPath, name: name)
        let file = try Self.open(path)
        if try !FileLock.tryLock(file), try !FileLock.lock(file, until: deadline()) {
            throw KernelError(
                call: "fcntl", errno: .timedOut, subject: "lock \(path)", explanation: "another program works on it all the time")
        }
        self.file = file
    }

    private static func open(_ path: String) throws(KernelError) -> OwnedDescriptor {
        let flags: OpenFlags = [.readWrite, .create, .noFollow, .noControllingTerminal]
        do throws(KernelError) { return try OwnedDescriptor(opening: path, flags, mode: 0o600) } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
        }
        try HostPath.makeDirectories("/" + DirectoryHandle.split(path).parent, mode: 0o755)
        return try OwnedDescriptor(opening: path, flags, mode: 0o600)
    }
}
