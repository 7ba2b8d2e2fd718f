// SPDX-License-Identifier: Apache-2.0

/// A regular file of the host, read whole by somebody who does not trust the path.
package struct RegularFile: Sendable {
    package let bytes: [UInt8]
    /// What makes two paths the same file: the filesystem and the number in it.
    package let identity: Identity

    /// The filesystem and the inode of a file.
    package struct Identity: Sendable, Equatable {
        let filesystem: UInt64
        let inode: UInt64
    }

    /// Why a file was not read.
    package enum Failure: Error, Sendable, Equatable {
        case kernel(KernelError)
        /// Not a regular file; the text says what it is.
        case wrongKind(String)
        /// Larger than this many bytes.
        case tooLarge(limit: Int)

        /// The reason, as the rest of a sentence: `it is a FIFO`.
        package var reason: String {
            switch self {
            case .kernel(let error): error.reason
            case .wrongKind(let kind): "it is \(kind)"
            case .tooLarge(let limit): limit >= 1 << 20 ? "it is larger than \(limit >> 20) MiB" : "it is larger than \(limit) bytes"
            }
        }
    }

    /// Reads a file. What is not a regular file is refused before it is opened, and opening never waits.
    ///
    /// - Parameters:
    ///   - path: A path of the host; symbolic links are followed.
    ///   - limit: The most bytes that are accepted.
    /// - Throws: ``Failure``
    package init(_ path: String, limit: Int) throws(Failure) {
        try Self.check(try Self.status(of: path), limit)
        let file = try Self.open(path)
        // The path may have been changed in between: what is open counts.
        let status = try Self.status(of: file)
        try Self.check(status, limit)
        bytes = try Self.content(file, Int(truncatingIfNeeded: status.size), limit)
        identity = Identity(filesystem: status.filesystem, inode: status.inode)
    }

    private static func status(of path: String) throws(Failure) -> FileStatus {
        do { return try FileStatus(of: path) } catch { throw .kernel(error) }
    }

    private static func status(of file: borrowing OwnedDescriptor) throws(Failure) -> FileStatus {
        do { return try FileStatus(of: file) } catch { throw .kernel(error) }
    }

    private static func open(_ path: String) throws(Failure) -> OwnedDescriptor {
        do { return try OwnedDescriptor(opening: path, [.readOnly, .nonBlocking, .noControllingTerminal]) } catch { throw .kernel(error) }
    }

    private static func check(_ status: FileStatus, _ limit: Int) throws(Failure) {
        switch status.kind {
        case .regular: if status.size > Int64(limit) { throw .tooLarge(limit: limit) }
        case .directory: throw .wrongKind("a directory")
        case .fifo: throw .wrongKind("a FIFO")
        case .socket: throw .wrongKind("a socket")
        case .characterDevice, .blockDevice: throw .wrongKind("a device")
        case .symbolicLink, .unknown: throw .wrongKind("no regular file")
        }
    }

    private static func content(_ file: borrowing OwnedDescriptor, _ size: Int, _ limit: Int) throws(Failure) -> [UInt8] {
        // Files of /proc look regular and empty; reading some of them takes something away or never ends.
        if size == 0, try isProc(file) { throw .wrongKind("a file of /proc") }
        do {
            var content = try file.read(upTo: size + 1)
            while content.count != size {
                let part = try file.read(upTo: 65536)
                if part.isEmpty { break }
                content += part
                if content.count > limit { break }
            }
            if content.count <= limit { return content }
        } catch { throw .kernel(error) }
        throw .tooLarge(limit: limit)
    }

    private static func isProc(_ file: borrowing OwnedDescriptor) throws(Failure) -> Bool {
        do { return try FilesystemKind(of: file) == .proc } catch { throw .kernel(error) }
    }
}
