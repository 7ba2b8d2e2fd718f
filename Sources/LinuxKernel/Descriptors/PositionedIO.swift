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

    /// Reads once from the start of the file, wherever others have read to; 0 means that it is empty.
    ///
    /// - Parameter buffer: The room; what is behind the bytes read stays as it was.
    /// - Returns: How many bytes were read.
    /// - Throws: ``KernelError``
    ///
    /// Kernel call: `pread(2)`.
    package func readFromStart(into buffer: inout [UInt8]) throws(KernelError) -> Int {
        let number = number
        return try kernelCall("pread", "descriptor \(number)") {
            buffer.withUnsafeMutableBytes { pread(number, $0.baseAddress, $0.count, 0) }
        }
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
