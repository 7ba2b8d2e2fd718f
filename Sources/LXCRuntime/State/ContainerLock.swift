// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// The lock that tools take to read and change a container's files; given back when the value goes.
package struct ContainerLock: ~Copyable, Sendable {
    private let file: OwnedDescriptor

    /// Takes the lock, waiting for its holder.
    ///
    /// The lock file and the folders above it are made on demand and stay. `deadline` `nil` waits for ever.
    ///
    /// - Throws: ``KernelError``, `.timedOut` when the deadline passed.
    package init(lxcPath: String, name: String, in directory: RunDirectory, until deadline: MonotonicInstant?) throws(KernelError) {
        let path = directory.lockFile(lxcPath: lxcPath, name: name)
        let parent = DirectoryHandle.split(path).parent
        try HostPath.makeDirectories("/" + parent, mode: 0o755)
        let file = try OwnedDescriptor(opening: path, [.readWrite, .create, .noFollow, .noControllingTerminal], mode: 0o600)
        if try !FileLock.lock(file, until: deadline) { throw KernelError(call: "fcntl", errno: .timedOut, subject: "lock \(path)") }
        self.file = file
    }
}
