// SPDX-License-Identifier: Apache-2.0
internal import CArchive

/// Reads a tar archive (old, GNU, ustar or pax) member by member. libarchive takes the headers apart; it neither recognizes formats here,
/// nor decompresses, nor writes files.
package final class ArchiveReader {
    private let archive: OpaquePointer
    private let feed: ArchiveFeed
    private let limits: UnpackLimits
    private var count = 0
    private var bytes: Int64 = 0
    private static let hasLocale = carchive_use_utf8() != 0

    /// - Parameters:
    ///   - source: The archive, decompressed.
    ///   - limits: On members and bytes.
    /// - Throws: ``ImageFailure`` when the first bytes are not those of a tar archive.
    package init(_ source: any ByteSource, limits: UnpackLimits) throws(ImageFailure) {
        guard Self.hasLocale else { throw ImageFailure("this system has no locale C.UTF-8") }
        guard let archive = archive_read_new() else { throw ImageFailure("libarchive has no memory") }
        self.archive = archive
        self.limits = limits
        feed = ArchiveFeed(source)
        let hook = Unmanaged.passUnretained(feed).toOpaque()
        guard archive_read_support_format_tar(archive) == ARCHIVE_OK,
            // An image may well have no members at all.
            archive_read_support_format_empty(archive) == ARCHIVE_OK,
            archive_read_open(archive, hook, nil, { _, hook, piece in ArchiveFeed.next(hook, piece) }, nil) == ARCHIVE_OK
        else {
            throw Self.failure(archive, feed)
        }
    }

    deinit { archive_read_free(archive) }

    /// The next member; nil at the end.
    ///
    /// - Throws: ``ImageFailure`` for a damaged archive, for a member that no filesystem could hold, and beyond the limits.
    package func next() throws(ImageFailure) -> ArchiveEntry? {
        if count > 0 { try check(archive_read_data_skip(archive)) }
        feed.budget = limits.headerBytes + ArchiveFeed.room
        defer { feed.budget = .max }
        var entry: OpaquePointer?
        let result = archive_read_next_header(archive, &entry)
        if result == ARCHIVE_EOF { return nil }
        // A warning means that a part of the header was not understood, for example a name that is not text.
        try check(result)
        guard let entry else { throw ImageFailure("libarchive gave no header") }
        count += 1
        if count > limits.entries { throw ImageFailure("it has more than \(limits.entries) members") }
        if count > limits.freeEntries, let compressed = feed.compressedCount, compressed / Int64(count) < limits.bytesOfEntry {
            throw ImageFailure(
                "it has more members than its \(compressed >> 10) KiB can be: less than \(limits.bytesOfEntry) bytes for each")
        }
        let read = try EntryHeader(entry).entry()
        if case .regular(let size) = read.kind {
            let (sum, overflow) = bytes.addingReportingOverflow(size)
            bytes = sum
            if overflow || sum > limits.totalBytes {
                throw ImageFailure("its files have more than \(limits.totalBytes >> 20) MiB together, with \(shown(read.path.text))")
            }
        }
        return read
    }

    /// Hands out the content of the current member: pieces, and where each begins. What lies between them is a hole.
    package func content(_ body: (UnsafeRawBufferPointer, Int64) throws(ImageFailure) -> Void) throws(ImageFailure) {
        while true {
            var start: UnsafeRawPointer?
            var size = 0
            var offset: Int64 = 0
            let result = archive_read_data_block(archive, &start, &size, &offset)
            if result == ARCHIVE_EOF { return }
            try check(result)
            if size > 0, offset >= 0 { try body(UnsafeRawBufferPointer(start: start, count: size), offset) }
        }
    }

    private func check(_ result: Int32) throws(ImageFailure) {
        if result != ARCHIVE_OK && result != ARCHIVE_EOF { throw Self.failure(archive, feed) }
    }

    private static func failure(_ archive: OpaquePointer, _ feed: ArchiveFeed) -> ImageFailure {
        if let failure = feed.failure { return failure }
        let words = archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
        return ImageFailure("it is no sound tar archive: \(words)")
    }
}

/// What libarchive reads from, and why that failed.
private final class ArchiveFeed {
    static let room = 1 << 17
    private let source: any ByteSource
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 16)
    var failure: ImageFailure?
    /// How many bytes may be asked for from here on.
    var budget = Int.max

    var compressedCount: Int64? { source.compressedCount }

    init(_ source: any ByteSource) { self.source = source }

    deinit { buffer.deallocate() }

    static func next(_ hook: UnsafeMutableRawPointer?, _ piece: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
        guard let hook, let piece else { return -1 }
        let feed = Unmanaged<ArchiveFeed>.fromOpaque(hook).takeUnretainedValue()
        do throws(ImageFailure) {
            let got = try feed.read()
            piece.pointee = UnsafeRawPointer(feed.buffer.baseAddress)
            return got
        } catch {
            feed.failure = error
            return -1
        }
    }

    private func read() throws(ImageFailure) -> Int {
        if let failure { throw failure }
        if budget <= 0 { throw ImageFailure("the header of a member is larger than 1 MiB") }
        let got = try source.read(into: buffer)
        budget -= got
        return got
    }
}
