// SPDX-License-Identifier: Apache-2.0

import CLinux

/// A file descriptor with exactly one owner; closed when the owner goes.
///
/// Public, because Embedded Swift 6.3 finds the end of a noncopyable value from another module only then.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The descriptor's number, valid while this value lives.
    package private(set) var number: Int32

    /// Takes over a descriptor that nobody else closes.
    package init(owning number: Int32) { self.number = number }

    deinit {
        if number >= 0 { _ = CLinux.close(number) }  // close(2) is never repeated on EINTR
    }

    /// Gives the descriptor up; the caller must close it.
    package consuming func release() -> Int32 {
        // `discard self` needs a frozen type in Embedded Swift.
        let released = number
        number = -1
        return released
    }

    /// Another descriptor of the same open file, close-on-exec.
    ///
    /// Kernel call: `fcntl(2)` `F_DUPFD_CLOEXEC`. Never returns 0, 1 or 2.
    package func duplicate() throws(KernelError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try kernelCall("fcntl", "descriptor \(number)") { clinux_fcntl(number, F_DUPFD_CLOEXEC, 3) })
    }
}

/// How a file is opened; the raw values are the kernel's `O_*` flags. `O_CLOEXEC` is always added.
package struct OpenFlags: OptionSet, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
    /// The standard library's own looks conformances up by name, 30 µs in a program that lives for a thousand.
    package init(arrayLiteral elements: OpenFlags...) { rawValue = elements.reduce(0) { $0 | $1.rawValue } }

    package static let readOnly = OpenFlags([])
    package static let writeOnly = OpenFlags(rawValue: O_WRONLY)
    package static let readWrite = OpenFlags(rawValue: O_RDWR)
    package static let create = OpenFlags(rawValue: O_CREAT)
    package static let exclusive = OpenFlags(rawValue: O_EXCL)
    package static let truncate = OpenFlags(rawValue: O_TRUNC)
    package static let append = OpenFlags(rawValue: O_APPEND)
    package static let directory = OpenFlags(rawValue: O_DIRECTORY)
    package static let noFollow = OpenFlags(rawValue: O_NOFOLLOW)
    package static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
    package static let noControllingTerminal = OpenFlags(rawValue: O_NOCTTY)
    /// `O_PATH`: a handle on the place, not on the content.
    package static let path = OpenFlags(rawValue: 0o10000000)
}

extension OwnedDescriptor {
    /// Opens a file of the host by its path.
    ///
    /// `path`: absolute, or relative to the working directory. Not for paths inside a rootfs: see ``DirectoryHandle``.
    /// `mode`: permission bits of a file that is created, before the umask.
    /// Throws ``KernelError`` with the reason of `openat(2)`.
    package init(opening path: String, _ flags: OpenFlags, mode: UInt32 = 0o600) throws(KernelError) {
        let raw = try kernelCall("open", path) {
            path.withKernelString { clinux_openat(AT_FDCWD, $0, flags.rawValue | O_CLOEXEC, mode) }
        }
        self.init(owning: raw)
    }
}
