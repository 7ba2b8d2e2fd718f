// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Copies the content of many files, one after the other: shares blocks where the filesystem can, and keeps holes.
package final class FileContentCopier {
    /// What is copied at a time; fits into the cache of a processor.
    private static let room = 1 << 18
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 4096)
    /// Whether sharing blocks may still work; the first refusal that holds for every file ends the attempts.
    private var canClone = true

    package init() {}

    deinit { buffer.deallocate() }

    /// Copies the content of a file into an empty one.
    ///
    /// What is appended meanwhile is left out, so that a file that grows for ever has an end.
    ///
    /// - Parameters:
    ///   - source: Open for reading, at its start.
    ///   - target: Empty, open for writing.
    ///   - details: Of the source.
    ///   - progress: Gets the number of bytes each time some are done.
    /// - Throws: ``KernelError`` with the reason of the call that failed; the target may hold a part then.
    ///
    /// Kernel calls: `ioctl(2)` `FICLONE`, `lseek(2)` `SEEK_DATA`, `pread(2)`, `pwrite(2)`.
    package func copy(
        _ source: borrowing OwnedDescriptor, to target: borrowing OwnedDescriptor, _ details: FileDetails, progress: (Int64) -> Void
    ) throws(KernelError) {
        let size = details.status.size
        if size == 0 { return }
        let (from, to) = (source.number, target.number)
        if canClone, clone(from, to) { return progress(size) }
        guard details.allocated < size else { return try copyRange(from, to, 0..<size, progress) }
        try copyAround(holes: from, to, size, progress)
    }

    private func clone(_ from: Int32, _ to: Int32) -> Bool {
        if clinux_clone_content(to, from) == 0 { return true }
        // EINVAL is said of single files, for example of those that btrfs does not copy on write.
        canClone = Errno.last == .invalidArgument || Errno.last == .interrupted
        return false
    }

    private func copyAround(holes from: Int32, _ to: Int32, _ size: Int64, _ progress: (Int64) -> Void) throws(KernelError) {
        var end: Int64 = 0
        while end < size {
            let position = end
            let start: Int64
            do throws(KernelError) {
                start = Int64(try kernelCall("lseek", "content") { lseek(from, off_t(position), CLINUX_SEEK_DATA) })
            } catch {
                if error.errno == .noSuchAddressOrDevice { break }  // only a hole is left
                throw error
            }
            guard start < size else { break }
            end = min(size, Int64(try kernelCall("lseek", "content") { lseek(from, off_t(start), CLINUX_SEEK_HOLE) }))
            // Shrunk in between: a hole begins where the data did.
            guard end > start else { break }
            try copyRange(from, to, start..<end, progress)
        }
        try kernelCommand("ftruncate", "content") { ftruncate(to, off_t(size)) }
    }

    private func copyRange(_ from: Int32, _ to: Int32, _ range: Range<Int64>, _ progress: (Int64) -> Void) throws(KernelError) {
        var position = range.lowerBound
        while position < range.upperBound {
            let wanted = Int(min(range.upperBound - position, Int64(Self.room)))
            let offset = position
            let count = try kernelCall("read", "content") { pread(from, buffer, wanted, off_t(offset)) }
            if count == 0 { return }  // shrunk in between
            var written = 0
            while written < count {
                let done = written
                written += try kernelCall("write", "content") {
                    pwrite(to, buffer + done, count - done, off_t(offset + Int64(done)))
                }
            }
            position += Int64(count)
            progress(Int64(count))
        }
    }
}
