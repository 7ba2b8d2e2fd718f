// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The names in a directory.
package enum DirectoryListing {
    /// Names in a directory of the host, sorted by bytes, without `.` and `..`.
    ///
    /// Library call: `fdopendir(3)`, `readdir(3)`.
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

    private static func names(readingFrom directory: consuming OwnedDescriptor, subject: String) throws(KernelError) -> [String] {
        let raw = directory.release()
        guard let stream = fdopendir(raw) else {
            let code = Errno.last
            _ = CLinux.close(raw)
            throw KernelError(call: "fdopendir", errno: code, subject: subject)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            Errno.forget()
            guard let entry = readdir(stream) else {
                let code = Errno.last
                if code.rawValue != 0 { throw KernelError(call: "readdir", errno: code, subject: subject) }
                break
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: UInt8.self, capacity: 256) { Array(UnsafeBufferPointer(start: $0, count: strlen($0))) }
            }
            if name != [0x2E] && name != [0x2E, 0x2E] { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }.map { String(kernelBytes: $0) }
    }
}
