// SPDX-License-Identifier: Apache-2.0
internal import CDigest

/// A SHA-256 digest: 32 bytes, written as 64 lower-case hexadecimal digits.
package struct Digest: Sendable, Hashable, CustomStringConvertible {
    /// The digits; safe as the name of a file.
    package let hex: String

    /// Reads 64 hexadecimal digits; nil for anything else.
    package init?(hex: String) {
        let digits = hex.utf8
        guard digits.count == 64, digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
        self.hex = hex
    }

    fileprivate init(bytes: [UInt8]) {
        hex = bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }

    package var description: String { "sha256:" + hex }
}

/// Computes a digest while bytes go by. OpenSSL does the work.
package final class Digester {
    private let context: OpaquePointer

    /// Starts with no bytes.
    ///
    /// - Throws: ``ImageFailure`` when OpenSSL has no memory or was told not to offer SHA-256.
    package init() throws(ImageFailure) {
        guard let context = EVP_MD_CTX_new() else { throw Self.failure }
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            EVP_MD_CTX_free(context)
            throw Self.failure
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    private static var failure: ImageFailure { ImageFailure("OpenSSL cannot compute SHA-256") }

    /// Adds bytes.
    package func add(_ bytes: UnsafeRawBufferPointer) throws(ImageFailure) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { throw Self.failure }
    }

    /// The digest of all bytes so far; nothing may be added afterwards.
    package func finish() throws(ImageFailure) -> Digest {
        var bytes = [UInt8](repeating: 0, count: 64)
        var count: UInt32 = 0
        guard EVP_DigestFinal_ex(context, &bytes, &count) == 1, count == 32 else { throw Self.failure }
        return Digest(bytes: Array(bytes[..<32]))
    }

    /// The digest of bytes in memory.
    package static func digest(of bytes: [UInt8]) throws(ImageFailure) -> Digest {
        let digester = try Digester()
        try bytes.withUnsafeBufferPointer { (all) throws(ImageFailure) in try digester.add(UnsafeRawBufferPointer(all)) }
        return try digester.finish()
    }
}
