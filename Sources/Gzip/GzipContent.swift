// SPDX-License-Identifier: Apache-2.0
import CZlib

/// The content of a gzip file.
package enum GzipContent {
    /// Why a gzip file cannot be read.
    package enum Problem: Error, Equatable {
        /// It is damaged, cut off, or no gzip file.
        case malformed
        /// Its content is larger than the caller accepts.
        case tooLarge
    }

    /// Whether the bytes begin as a gzip file does.
    package static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    /// Unpacks a gzip file whose content has at most `limit` bytes, a number greater than zero.
    ///
    /// - Throws: ``Problem``.
    ///
    /// Library call: zlib's `inflate`.
    package static func unpack(_ bytes: [UInt8], limit: Int) throws(Problem) -> [UInt8] {
        var stream = z_stream()
        guard czlib_inflate_gzip_start(&stream) == Z_OK else { throw .malformed }
        defer { inflateEnd(&stream) }
        var content: [UInt8] = []
        var input = bytes
        let outcome = input.withUnsafeMutableBufferPointer { input -> Result<Void, Problem> in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(clamping: input.count)
            var part = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let (code, count) = part.withUnsafeMutableBufferPointer { part in
                    stream.next_out = part.baseAddress
                    stream.avail_out = UInt32(clamping: part.count)
                    return (inflate(&stream, Z_NO_FLUSH), part.count - Int(stream.avail_out))
                }
                content += part.prefix(count)
                if content.count > limit { return .failure(.tooLarge) }
                if code == Z_STREAM_END { return .success(()) }
                // No progress without an end means that the file is cut off.
                guard code == Z_OK, count > 0 || stream.avail_in > 0 else { return .failure(.malformed) }
            }
        }
        try outcome.get()
        return content
    }
}
