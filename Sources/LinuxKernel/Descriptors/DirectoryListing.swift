// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The names in a directory.
package enum DirectoryListing {
    /// Names in a directory of the host, sorted by bytes, without `.` and `..`.
    ///
    /// Kernel call: `getdents64(2)`.
    package static func names(in path: String) throws(KernelError) -> [String] {
        try names(readingFrom: OwnedDescriptor(opening: path, [.readOnly, .directory]), subject: path)
    }

    /// Names in an open directory, sorted by bytes; the descriptor's own position is not moved.
    package static func names(in directory: borrowing OwnedDescriptor, subject: String) throws(KernelError) -> [String] {
        let number = directory.number
        // A fresh open file: a duplicate would share its read position with the original.
        let own = try kernelCall("openat", subject) { clinux_openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) }
        return try names(readingFrom: OwnedDescriptor(owning: own), subject: subject)
    }

    private static func names(readingFrom directory: borrowing OwnedDescriptor, subject: String) throws(KernelError) -> [String] {
        var names: [[UInt8]] = []
        try DirectoryEntryReader(size: 4096).read(directory, subject) { (name, _) in names.append(Array(name)) }
        return names.sorted { $0.lexicographicallyPrecedes($1) }.map { String(kernelBytes: $0) }
    }
}
