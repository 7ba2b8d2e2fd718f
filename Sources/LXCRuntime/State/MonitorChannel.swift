// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// The named pipe that carries state changes to lxc-monitord: best effort, never waits, and needs no reader.
package struct MonitorChannel: Sendable, Hashable {
    /// The pipe's path.
    package let path: String

    /// The pipe of a container path.
    package init(lxcPath: String, in directory: RunDirectory) { path = directory.monitorFifo(lxcPath: lxcPath) }

    /// Writes one record if a daemon reads there; the result says whether it went out.
    ///
    /// No pipe, no reader or a full pipe is not an error.
    @discardableResult
    package func publish(_ message: StateMessage) throws(KernelError) -> Bool {
        do throws(KernelError) {
            // Read-write: a pipe opened for writing only would raise SIGPIPE if its reader went away before the write.
            let pipe = try OwnedDescriptor(opening: path, [.readWrite, .nonBlocking, .noFollow, .noControllingTerminal])
            guard try FileStatus(of: pipe).kind == .fifo else { return false }
            // 264 bytes are less than PIPE_BUF, so the kernel takes all of them or none.
            try pipe.writeAll(message.encoded)
            return true
        } catch {
            let harmless: [Errno] = [.noSuchFileOrDirectory, .notDirectory, .noSuchAddressOrDevice, .resourceTemporarilyUnavailable]
            if harmless.contains(error.errno) { return false }
            throw error
        }
    }
}

/// The abstract name of lxc-monitord's socket for one container path.
package struct MonitorAddress: Sendable, Hashable {
    /// The longest name that C LXC's tools accept, in bytes.
    static let longest = 105

    package let text: String

    /// Makes the name: `lxc/HASH/LXCPATH`.
    package init(lxcPath: String) {
        let path = CommandAddress.withoutTrailingSlashes(lxcPath)
        text = "lxc/\(NameHash("lxc/\(path)/monitor-sock").text)/\(path)"
    }

    /// The socket address; `.fileNameTooLong` when the container path does not fit.
    package func socketAddress() throws(KernelError) -> AbstractAddress {
        if text.kernelBytes.count > Self.longest { throw KernelError(call: "connect", errno: .fileNameTooLong, subject: "@" + text) }
        return try AbstractAddress(text)
    }
}
