// SPDX-License-Identifier: Apache-2.0
import CLinux

/// What stat(2) says about a file.
package struct FileStatus: Sendable, Equatable {
    package enum Kind: Sendable { case regular, directory, symbolicLink, characterDevice, blockDevice, fifo, socket, unknown }

    package let kind: Kind
    /// Permission bits with set-id and sticky bits, 0 to 0o7777.
    package let permissions: UInt32
    package let owner: UInt32
    package let group: UInt32
    package let size: Int64
    /// Number of the device node itself (`st_rdev`).
    package let deviceNumber: UInt64
    /// The filesystem's number (`st_dev`) and the inode: together the identity of the file.
    package let filesystem: UInt64
    package let inode: UInt64

    init(_ raw: stat) {
        switch Int32(bitPattern: raw.st_mode) & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .symbolicLink
        case S_IFCHR: kind = .characterDevice
        case S_IFBLK: kind = .blockDevice
        case S_IFIFO: kind = .fifo
        case S_IFSOCK: kind = .socket
        default: kind = .unknown
        }
        permissions = raw.st_mode & 0o7777
        owner = raw.st_uid
        group = raw.st_gid
        size = Int64(raw.st_size)
        deviceNumber = UInt64(raw.st_rdev)
        filesystem = UInt64(raw.st_dev)
        inode = UInt64(raw.st_ino)
    }

    /// Status of a path of the host.
    package init(of path: String, followLinks: Bool = true) throws(KernelError) {
        var raw = stat()
        try kernelCommand("stat", path) {
            path.withKernelString { fstatat(AT_FDCWD, $0, &raw, followLinks ? 0 : AT_SYMLINK_NOFOLLOW) }
        }
        self.init(raw)
    }

    /// Status of an open file.
    package init(of file: borrowing OwnedDescriptor) throws(KernelError) {
        let number = file.number
        var raw = stat()
        try kernelCommand("fstat", "descriptor \(number)") { fstat(number, &raw) }
        self.init(raw)
    }

    /// Status of a path if it exists; "absent" is an answer here, every other failure an error.
    package static func ifPresent(_ path: String, followLinks: Bool = true) throws(KernelError) -> FileStatus? {
        do { return try FileStatus(of: path, followLinks: followLinks) } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
            throw error
        }
    }
}
