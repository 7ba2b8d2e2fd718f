// SPDX-License-Identifier: Apache-2.0
import CLinux

extension OwnedDescriptor {
    /// Copies the content of this file, also where it says that it is empty, as those of /proc do; of many files
    /// ``FileContentCopier`` makes less work.
    ///
    /// - Parameters:
    ///   - target: An empty file, open for writing.
    ///   - subject: How errors name the copy.
    /// - Throws: ``KernelError`` with the reason of the call that failed; the target may hold a part then.
    package func copyContent(to target: borrowing OwnedDescriptor, subject: @autoclosure () -> String) throws(KernelError) {
        do throws(KernelError) {
            let details = try FileDetails(of: self)
            if details.status.size == 0 { return try copyToTheEnd(to: target) }
            try FileContentCopier().copy(self, to: target, details) { _ in }
        } catch { throw error.about(subject()) }
    }

    private func copyToTheEnd(to target: borrowing OwnedDescriptor) throws(KernelError) {
        while case let part = try read(upTo: 1 << 16), !part.isEmpty { try target.writeAll(part) }
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

    /// Length in bytes, of a block device too; moves the position to the end.
    ///
    /// Kernel call: `lseek(2)`.
    package func length() throws(KernelError) -> UInt64 {
        let number = number
        return UInt64(clamping: try kernelCall("lseek", "descriptor \(number)") { lseek(number, 0, SEEK_END) })
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
