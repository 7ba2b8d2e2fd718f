// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Anonymous files in memory, `memfd_create(2)`.
package enum MemoryFile {
    /// A sealed file with this content: nobody who gets it can change it.
    package static func make(_ name: String, _ content: [UInt8]) throws(KernelError) -> OwnedDescriptor {
        let file = OwnedDescriptor(
            owning: try kernelCall("memfd_create", name) { name.withKernelString { clinux_memfd_create($0) } })
        try file.writeAll(content)
        let number = file.number
        try kernelCommand("fcntl", name) { clinux_seal(number) }
        return file
    }

    /// A file that can be written to and grows.
    package static func empty(_ name: String) throws(KernelError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try kernelCall("memfd_create", name) { name.withKernelString { clinux_memfd_create($0) } })
    }

    /// The whole content, wherever the file's position is.
    package static func content(of file: borrowing OwnedDescriptor) throws(KernelError) -> [UInt8] {
        let number = file.number
        let size = try FileStatus(of: file).size
        var content = [UInt8](repeating: 0, count: Int(clamping: max(0, min(size, 64 << 20))))
        var position = 0
        while position < content.count {
            let offset = position
            let count = content.count - offset
            let length = try kernelCall("pread", "memory file") {
                content.withUnsafeMutableBytes { pread(number, $0.baseAddress.map { $0 + offset }, count, off_t(offset)) }
            }
            if length == 0 { break }
            position += length
        }
        content.removeLast(content.count - position)
        return content
    }
}
