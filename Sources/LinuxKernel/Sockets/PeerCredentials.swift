// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Who is at the other end of a unix socket, as the kernel recorded it.
package struct PeerCredentials: Sendable, Equatable {
    /// Process number in the reader's pid namespace; 0 when the process is not visible there.
    package let pid: Int32
    /// User and group number in the reader's user namespace; unmapped ones read as 65534.
    package let uid: UInt32
    package let gid: UInt32

    package init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }

    init(_ raw: clinux_credentials) { self.init(pid: raw.pid, uid: raw.uid, gid: raw.gid) }

    /// The calling process with its real user and group.
    package static var ownReal: PeerCredentials { PeerCredentials(pid: getpid(), uid: getuid(), gid: getgid()) }
    /// The calling process with its effective user and group.
    package static var ownEffective: PeerCredentials { PeerCredentials(pid: getpid(), uid: geteuid(), gid: getegid()) }
}

extension UnixSocket {
    /// Credentials of the process that connected, or that called `listen(2)`.
    ///
    /// Kernel call: `getsockopt(2)` `SO_PEERCRED`, see `unix(7)`.
    package func peerCredentials() throws(KernelError) -> PeerCredentials {
        var raw = clinux_credentials()
        try readOption(CLINUX_SO_PEERCRED, "SO_PEERCRED", &raw)
        return PeerCredentials(raw)
    }

    /// A handle on the process that connected, or that called `listen(2)`.
    ///
    /// - Returns: `nil` where the kernel cannot give one: before Linux 6.5, or when the process is gone.
    ///
    /// Kernel call: `getsockopt(2)` `SO_PEERPIDFD`. The descriptor is close-on-exec.
    package func peerPIDFD() throws(KernelError) -> OwnedDescriptor? {
        var raw: Int32 = -1
        do { try readOption(CLINUX_SO_PEERPIDFD, "SO_PEERPIDFD", &raw) } catch {
            // ENOPROTOOPT: old kernel. EINVAL, ESRCH, ENODATA: the process was reaped, or the peer never had one.
            let gone = [Errno.protocolNotAvailable, .invalidArgument, .noSuchProcess, .noData].contains(error.errno)
            if gone { return nil }
            throw error
        }
        return raw < 0 ? nil : OwnedDescriptor(owning: raw)
    }

    /// Asks the kernel to attach the sender's credentials, and where possible a pidfd, to every message received from now on.
    ///
    /// Kernel call: `setsockopt(2)` `SO_PASSCRED`, `SO_PASSPIDFD` (Linux 6.5).
    package func receiveSenderIdentity() throws(KernelError) {
        try setSocketOption(descriptor.number, CLINUX_SO_PASSCRED, "SO_PASSCRED", Int32(1))
        do { try setSocketOption(descriptor.number, CLINUX_SO_PASSPIDFD, "SO_PASSPIDFD", Int32(1)) } catch {
            if error.errno != .protocolNotAvailable { throw error }
        }
    }
}
