// SPDX-License-Identifier: Apache-2.0
import CLinux

extension OwnedDescriptor {
    /// Reads once into memory of the caller; 0 means the end.
    ///
    /// Kernel call: `read(2)`.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(KernelError) -> Int {
        let number = number
        return try kernelCall("read", "descriptor \(number)") { CLinux.read(number, buffer.baseAddress, buffer.count) }
    }

    /// Writes all bytes at a place of the file, over as many calls as it takes.
    ///
    /// - Parameters:
    ///   - bytes: What to write.
    ///   - offset: In bytes from the start of the file, not negative.
    /// - Throws: ``KernelError``
    ///
    /// Kernel call: `pwrite(2)`.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(KernelError) {
        let number = number
        var done = 0
        while done < bytes.count {
            let start = done
            done += try kernelCall("pwrite", "descriptor \(number)") {
                pwrite(number, bytes.baseAddress.map { $0 + start }, bytes.count - start, off_t(offset + Int64(start)))
            }
        }
    }

    /// Brings the file's content to the disk. Kernel call: `fsync(2)`.
    package func synchronize() throws(KernelError) {
        let number = number
        try kernelCommand("fsync", "descriptor \(number)") { fsync(number) }
    }
}
