// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The kernel's reason for a failed call, errno(3), under the names that swift-system gives it.
///
/// swift-system itself does not compile as Embedded Swift, which our programs are.
package struct Errno: RawRepresentable, Error, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// The calling thread's `errno`; read it before anything else can run.
    static var last: Errno { Errno(rawValue: clinux_errno()) }
}

extension Errno {
    package static var notPermitted: Errno { Errno(rawValue: EPERM) }
    package static var noSuchFileOrDirectory: Errno { Errno(rawValue: ENOENT) }
    package static var noSuchProcess: Errno { Errno(rawValue: ESRCH) }
    package static var interrupted: Errno { Errno(rawValue: EINTR) }
    package static var ioError: Errno { Errno(rawValue: EIO) }
    package static var noSuchAddressOrDevice: Errno { Errno(rawValue: ENXIO) }
    package static var execFormatError: Errno { Errno(rawValue: ENOEXEC) }
    package static var noChildProcess: Errno { Errno(rawValue: ECHILD) }
    package static var badFileDescriptor: Errno { Errno(rawValue: EBADF) }
    package static var resourceTemporarilyUnavailable: Errno { Errno(rawValue: EAGAIN) }
    package static var noMemory: Errno { Errno(rawValue: ENOMEM) }
    package static var permissionDenied: Errno { Errno(rawValue: EACCES) }
    package static var badAddress: Errno { Errno(rawValue: EFAULT) }
    package static var resourceBusy: Errno { Errno(rawValue: EBUSY) }
    package static var fileExists: Errno { Errno(rawValue: EEXIST) }
    package static var improperLink: Errno { Errno(rawValue: EXDEV) }
    package static var operationNotSupportedByDevice: Errno { Errno(rawValue: ENODEV) }
    package static var notDirectory: Errno { Errno(rawValue: ENOTDIR) }
    package static var isDirectory: Errno { Errno(rawValue: EISDIR) }
    package static var invalidArgument: Errno { Errno(rawValue: EINVAL) }
    package static var tooManyOpenFilesInSystem: Errno { Errno(rawValue: ENFILE) }
    package static var tooManyOpenFiles: Errno { Errno(rawValue: EMFILE) }
    package static var fileTooLarge: Errno { Errno(rawValue: EFBIG) }
    package static var noSpace: Errno { Errno(rawValue: ENOSPC) }
    package static var readOnlyFileSystem: Errno { Errno(rawValue: EROFS) }
    package static var argumentOutOfDomain: Errno { Errno(rawValue: EDOM) }
    package static var tooManyLinks: Errno { Errno(rawValue: EMLINK) }
    package static var resultTooLarge: Errno { Errno(rawValue: ERANGE) }
    package static var brokenPipe: Errno { Errno(rawValue: EPIPE) }
    package static var fileNameTooLong: Errno { Errno(rawValue: ENAMETOOLONG) }
    package static var noFunction: Errno { Errno(rawValue: ENOSYS) }
    package static var directoryNotEmpty: Errno { Errno(rawValue: ENOTEMPTY) }
    package static var tooManySymbolicLinkLevels: Errno { Errno(rawValue: ELOOP) }
    package static var noData: Errno { Errno(rawValue: ENODATA) }
    package static var badMessage: Errno { Errno(rawValue: EBADMSG) }
    package static var overflow: Errno { Errno(rawValue: EOVERFLOW) }
    package static var protocolNotAvailable: Errno { Errno(rawValue: ENOPROTOOPT) }
    package static var notSupportedOnSocket: Errno { Errno(rawValue: EOPNOTSUPP) }
    package static var addressInUse: Errno { Errno(rawValue: EADDRINUSE) }
    package static var connectionAbort: Errno { Errno(rawValue: ECONNABORTED) }
    package static var connectionReset: Errno { Errno(rawValue: ECONNRESET) }
    package static var socketNotConnected: Errno { Errno(rawValue: ENOTCONN) }
    package static var timedOut: Errno { Errno(rawValue: ETIMEDOUT) }
    package static var addressNotAvailable: Errno { Errno(rawValue: EADDRNOTAVAIL) }
    package static var connectionRefused: Errno { Errno(rawValue: ECONNREFUSED) }
}

extension Errno: CustomStringConvertible {
    /// The words of strerror(3).
    package var description: String { ErrnoWords.text(rawValue) }
}
