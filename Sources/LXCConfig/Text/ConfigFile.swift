// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import SystemPackage

/// The content of one file of the configuration.
struct ConfigFile {
    /// Largest file that is read; common ones have a few kilobytes.
    static let largest = 4 << 20

    let bytes: [UInt8]
    let identity: Identity

    /// What makes two paths the same file.
    struct Identity: Equatable {
        let filesystem: UInt64
        let inode: UInt64
    }

    enum Failure: Error {
        case kernel(KernelError)
        /// Not a regular file; the text says what it is.
        case wrongKind(String)
        case tooLarge

        var reason: String {
            switch self {
            case .kernel(let error): error.reason
            case .wrongKind(let kind): "it is \(kind)"
            case .tooLarge: "it is larger than \(ConfigFile.largest >> 20) MiB"
            }
        }
    }

    /// Reads a regular file. Anything else is refused before it is opened, and opening never waits.
    init(_ path: String) throws(Failure) {
        do {
            try Self.checkKind(try FileStatus(of: path))
            let file = try OwnedDescriptor(opening: path, [.readOnly, .nonBlocking, .noControllingTerminal])
            // The path may have been changed in between: what is open counts.
            let status = try FileStatus(of: file)
            try Self.checkKind(status)
            // Files of /proc look regular and empty; reading some of them takes something away or never ends.
            if status.size == 0, try FilesystemKind(of: file) == .proc { throw Failure.wrongKind("a file of /proc") }
            identity = Identity(filesystem: status.filesystem, inode: status.inode)
            bytes = try Self.content(file, Int(status.size))
        } catch let error as KernelError {
            throw .kernel(error)
        } catch let error as Failure {
            throw error
        } catch {
            throw .wrongKind("something unreadable")
        }
    }

    private static func content(_ file: borrowing OwnedDescriptor, _ size: Int) throws -> [UInt8] {
        var content = try file.read(upTo: size + 1)
        while content.count != size {
            let part = try file.read(upTo: 65536)
            if part.isEmpty { break }
            content += part
            if content.count > largest { throw Failure.tooLarge }
        }
        return content
    }

    private static func checkKind(_ status: FileStatus) throws(Failure) {
        switch status.kind {
        case .regular: if status.size > Int64(largest) { throw .tooLarge }
        case .directory: throw .wrongKind("a directory")
        case .fifo: throw .wrongKind("a FIFO")
        case .socket: throw .wrongKind("a socket")
        case .characterDevice, .blockDevice: throw .wrongKind("a device")
        case .symbolicLink, .unknown: throw .wrongKind("no regular file")
        }
    }
}
