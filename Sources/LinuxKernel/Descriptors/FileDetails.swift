// SPDX-License-Identifier: Apache-2.0
import CLinux

/// What a copy of a file must know beyond its ``FileStatus``.
package struct FileDetails: Sendable, Equatable {
    package let status: FileStatus
    /// How many names it has.
    package let links: UInt64
    /// Bytes that it takes on the disk; less than its size when it has holes.
    package let allocated: Int64
    package let times: Times

    /// When the content was last read and last changed.
    package struct Times: Sendable, Equatable {
        package let accessed: FileTime
        package let modified: FileTime

        package init(accessed: FileTime, modified: FileTime) {
            self.accessed = accessed
            self.modified = modified
        }
    }

    /// Details of an open file, also of one that is open as a place only.
    ///
    /// Kernel call: `fstat(2)`.
    package init(of file: borrowing OwnedDescriptor) throws(KernelError) {
        let number = file.number
        var raw = stat()
        try kernelCommand("fstat", "descriptor \(number)") { fstat(number, &raw) }
        status = FileStatus(raw)
        links = UInt64(raw.st_nlink)
        allocated = Int64(raw.st_blocks) * 512
        var pair = (timespec(), timespec())
        withUnsafeMutablePointer(to: &pair) {
            $0.withMemoryRebound(to: timespec.self, capacity: 2) { clinux_file_times(&raw, $0) }
        }
        times = Times(accessed: FileTime(pair.0), modified: FileTime(pair.1))
    }

    /// Whether both say the same file.
    package func isSameFile(as other: FileDetails) -> Bool {
        status.filesystem == other.status.filesystem && status.inode == other.status.inode
    }
}

/// A moment as filesystems keep it.
package struct FileTime: Sendable, Equatable {
    package let seconds: Int64
    package let nanoseconds: Int64

    package init(seconds: Int64, nanoseconds: Int64) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    init(_ raw: timespec) { self.init(seconds: Int64(raw.tv_sec), nanoseconds: Int64(raw.tv_nsec)) }

    var raw: timespec { timespec(tv_sec: time_t(seconds), tv_nsec: Int(nanoseconds)) }
}
