// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Reading and listing small files of the host in one go.
package enum WholeFile {
    /// The content of a file.
    ///
    /// `path`: a path of the host.
    /// `limit`: the most bytes that are accepted; a larger file is an error, not a truncation.
    /// Throws ``KernelError``: reasons of `open(2)`, `read(2)`, or `.fileTooLarge`.
    package static func read(_ path: String, limit: Int = 16 << 20) throws(KernelError) -> [UInt8] {
        let file = try OwnedDescriptor(opening: path, [.readOnly, .noControllingTerminal])
        return try file.readAll(limit: limit, subject: path)
    }

    /// The content of a file as lossless text.
    package static func text(_ path: String, limit: Int = 16 << 20) throws(KernelError) -> String {
        String(kernelBytes: try read(path, limit: limit))
    }

    /// Writes to an existing file of `/proc`, `/sys` or a cgroup with exactly one `write(2)`.
    package static func writeControl(_ path: String, _ text: String) throws(KernelError) {
        let file = try OwnedDescriptor(opening: path, [.writeOnly, .noControllingTerminal])
        let bytes = text.kernelBytes
        _ = try kernelCall("write", path) { CLinux.write(file.number, bytes, bytes.count) }
    }
}
