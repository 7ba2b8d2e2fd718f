// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Bytes, one piece after the other.
package protocol ByteSource: AnyObject {
    /// Fills the start of a buffer that has room for at least one byte; 0 means the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageFailure) -> Int
    /// How many compressed bytes these came from so far; nil when that is not known.
    var compressedCount: Int64? { get }
}

extension ByteSource {
    package var compressedCount: Int64? { nil }
}

/// The bytes of an open file, or of a part of it.
package final class FileSource: ByteSource {
    private let file: SharedDescriptor
    private let name: String
    private var remaining: Int64

    /// - Parameters:
    ///   - file: Open for reading, at the first byte.
    ///   - name: How errors name it.
    ///   - count: How many bytes to read at most; nil for all.
    package init(_ file: SharedDescriptor, name: String, count: Int64? = nil) {
        self.file = file
        self.name = name
        remaining = count ?? .max
    }

    /// Opens a file of the host for reading; only regular files and pipes are accepted.
    package convenience init(opening path: String) throws(ImageFailure) {
        let file = try attempt("cannot read \(path)") { () throws(KernelError) in
            SharedDescriptor(try OwnedDescriptor(opening: path, [.readOnly, .nonBlocking, .noControllingTerminal]))
        }
        let status = try attempt("cannot read \(path)") { () throws(KernelError) in try FileStatus(of: file.owned) }
        guard status.kind == .regular else { throw ImageFailure("cannot read \(path): it is no regular file") }
        self.init(file, name: path)
    }

    /// See ``ByteSource/read(into:)``.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageFailure) -> Int {
        let count = Int(min(Int64(buffer.count), remaining))
        if count == 0 { return 0 }
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        let got = try attempt("cannot read \(name)") { () throws(KernelError) in try file.owned.read(into: part) }
        remaining -= Int64(got)
        return got
    }
}

/// Passes bytes on, and knows their digest and number afterwards.
package final class DigestingSource: ByteSource {
    private let source: any ByteSource
    private let digester: Digester
    /// The bytes that went by.
    package private(set) var count: Int64 = 0
    private let limit: Int64
    package var compressedCount: Int64? { source.compressedCount }

    /// - Parameters:
    ///   - source: Where the bytes come from.
    ///   - limit: The most bytes that are accepted.
    /// - Throws: ``ImageFailure`` when no digest can be computed.
    package init(_ source: any ByteSource, limit: Int64 = .max) throws(ImageFailure) {
        self.source = source
        self.limit = limit
        digester = try Digester()
    }

    /// See ``ByteSource/read(into:)``.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageFailure) -> Int {
        let got = try source.read(into: buffer)
        count += Int64(got)
        if count > limit { throw ImageFailure("there are more than the \(limit) bytes that were announced") }
        try digester.add(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
        return got
    }

    /// Reads what is left, and returns the digest of everything.
    package func finish() throws(ImageFailure) -> Digest {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { room.deallocate() }
        while try read(into: room) > 0 {}
        return try digester.finish()
    }
}
