// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
package import Unpacking

/// A folder in the layout of the image specification. Nothing in it is believed before its digest was seen.
package struct OCILayout: Sendable {
    private let folder: DirectoryHandle
    /// Where blobs are: `sha256/HEX` beneath it.
    private let blobs: DirectoryHandle

    /// Opens a layout.
    ///
    /// - Parameters:
    ///   - path: The folder with `index.json`.
    ///   - sharedBlobs: A folder with the blobs of several layouts; nil when this one has its own.
    /// - Throws: ``ImageFailure`` when it is no such folder.
    package init(_ path: String, sharedBlobs: String? = nil) throws(ImageFailure) {
        let what = "cannot use the image \(path)"
        folder = try attempt(what) { () throws(KernelError) in try DirectoryHandle(opening: path) }
        do throws(KernelError) {
            blobs = if let sharedBlobs { try DirectoryHandle(opening: sharedBlobs) } else { try folder.directory("blobs") }
        } catch {
            throw ImageFailure("\(what): it is no OCI layout: \(error.subject): \(error.reason)")
        }
    }

    /// The index of the layout.
    func index() throws(ImageFailure) -> OCIIndex {
        let file = try open("index.json", in: folder)
        let bytes = try attempt("cannot read index.json") { () throws(KernelError) in
            try file.owned.readAll(limit: BoundedJSON.mostBytes, subject: "index.json")
        }
        return try BoundedJSON.decode(OCIIndex.self, bytes, name: "index.json")
    }

    /// Reads a document, and makes sure that it is the one that was meant.
    func document<Value: Decodable>(_ type: Value.Type, _ descriptor: OCIDescriptor, name: String) throws(ImageFailure) -> Value {
        let blob = try blob(descriptor, name: name)
        if descriptor.size > Int64(BoundedJSON.mostBytes) { throw ImageFailure("\(name) has more than \(BoundedJSON.mostBytes >> 10) KiB") }
        let bytes = try attempt("cannot read \(name)") { () throws(KernelError) in
            try blob.file.owned.readAll(limit: BoundedJSON.mostBytes, subject: name)
        }
        guard Int64(bytes.count) == descriptor.size, try Digester.digest(of: bytes) == blob.digest else {
            throw Self.mismatch(name, blob.digest)
        }
        return try BoundedJSON.decode(type, bytes, name: name)
    }

    /// A file of the layout, by its digest.
    func blob(_ descriptor: OCIDescriptor, name: String) throws(ImageFailure) -> (file: SharedDescriptor, digest: Digest) {
        let prefix = "sha256:"
        guard descriptor.digest.hasPrefix(prefix), let digest = Digest(hex: String(descriptor.digest.dropFirst(prefix.count))) else {
            throw ImageFailure("the digest of \(name), \(shown(descriptor.digest)), is not sha256: and 64 hexadecimal digits")
        }
        if descriptor.size < 0 { throw ImageFailure("the size of \(name) is negative") }
        return (try open("sha256/" + digest.hex, in: blobs), digest)
    }

    static func mismatch(_ name: String, _ digest: Digest) -> ImageFailure {
        ImageFailure(
            "\(name) is not what the image says: its bytes do not have the digest \(digest)",
            advice: "the image is damaged or was tampered with; get it anew")
    }

    private func open(_ path: String, in directory: DirectoryHandle) throws(ImageFailure) -> SharedDescriptor {
        let file = try attempt("the image is not complete") { () throws(KernelError) in
            SharedDescriptor(try directory.open(path, [.readOnly, .nonBlocking, .noControllingTerminal]))
        }
        let status = try attempt("cannot read \(path)") { () throws(KernelError) in try FileStatus(of: file.owned) }
        guard status.kind == .regular else { throw ImageFailure("the image is not sound: \(path) is no regular file") }
        return file
    }
}
