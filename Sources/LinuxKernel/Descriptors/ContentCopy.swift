// SPDX-License-Identifier: Apache-2.0
import CLinux

extension OwnedDescriptor {
    /// Copies everything from this file's position on to the end of another file.
    ///
    /// - Parameters:
    ///   - target: An empty file, open for writing.
    ///   - subject: How errors name the copy.
    /// - Throws: ``KernelError`` with the reason of the call that failed; the target may hold a part then.
    ///
    /// Kernel calls: `ioctl(2)` `FICLONE` shares the blocks where the filesystem can; `copy_file_range(2)` copies inside the
    /// kernel; `read(2)` and `write(2)` where neither is possible.
    package func copyContent(to target: borrowing OwnedDescriptor, subject: @autoclosure () -> String) throws(KernelError) {
        let source = number
        let destination = target.number
        if clinux_clone_content(destination, source) == 0 { return }
        var copied = 0
        while true {
            do {
                let count = try kernelCall("copy_file_range", subject()) { clinux_copy_file_range(source, destination, 1 << 30) }
                if count == 0 { break }
                copied += count
            } catch {
                // Different filesystems on old kernels, or one that has no such operation: only ever at the first call.
                if copied == 0, [.improperLink, .invalidArgument, .noFunction, .notSupportedOnSocket].contains(error.errno) { break }
                throw error
            }
        }
        if copied > 0 { return }
        while true {
            let part = try read(upTo: 1 << 20)
            if part.isEmpty { return }
            try target.writeAll(part)
        }
    }

    /// The first bytes of this file, at most `count`; less when it is shorter. Its position is not moved.
    ///
    /// Kernel call: `pread(2)`.
    package func beginning(_ count: Int) throws(KernelError) -> [UInt8] {
        let number = number
        var content: [UInt8] = []
        while content.count < count {
            let position = content.count
            var part: [UInt8] = []
            let length = try kernelCall("pread", "descriptor \(number)") {
                part.fill(upTo: count - position) { pread(number, $0, $1, off_t(position)) }
            }
            if length == 0 { break }
            content += part
        }
        return content
    }

    /// Brings everything on this file's filesystem to the disk, and tells what could not be written since the file was opened.
    ///
    /// Kernel call: `syncfs(2)`; it reports failures since Linux 5.8.
    package func synchronizeFilesystem() throws(KernelError) {
        let number = number
        try kernelCommand("syncfs", "descriptor \(number)") { clinux_synchronize_filesystem(number) }
    }

    /// Makes this file as long as asked for; what is added takes no room. Kernel call: `ftruncate(2)`.
    ///
    /// - Throws: ``KernelError``; `.fileTooLarge` for more than the filesystem allows.
    package func setSize(_ size: UInt64) throws(KernelError) {
        let number = number
        guard let size = off_t(exactly: size) else { throw KernelError(call: "ftruncate", errno: .fileTooLarge, subject: "\(size)") }
        try kernelCommand("ftruncate", "descriptor \(number)") { ftruncate(number, size) }
    }

    /// Sets the permission bits, set-id and sticky bits of this file, whatever the umask says.
    ///
    /// Kernel call: `fchmod(2)`.
    package func setPermissions(_ mode: UInt32) throws(KernelError) {
        let number = number
        try kernelCommand("fchmod", "descriptor \(number)") { fchmod(number, mode) }
    }
}
