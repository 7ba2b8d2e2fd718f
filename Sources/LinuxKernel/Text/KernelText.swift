// SPDX-License-Identifier: Apache-2.0
import CLinux

// The kernel's names are bytes; Swift's strings are Unicode. Bytes that are not valid UTF-8 (and the three-byte forms of the
// escape range itself) become the private characters U+EF80...U+EFFF, one a byte, so every byte string survives the round trip.
private let escapeBase: UInt32 = 0xEF00

extension String {
    /// Makes text of bytes from the kernel or a file; nothing is lost, whatever the bytes are.
    package init(kernelBytes bytes: some Collection<UInt8>) {
        // Nearly everything is ASCII, and decoding that needs no tables.
        if bytes.allSatisfy({ $0 < 0x80 }) {
            self = String(decoding: bytes, as: UTF8.self)
            return
        }
        if !bytes.contains(0xEE), let valid = String(validating: bytes, as: UTF8.self) {
            self = valid
            return
        }
        var scalars = String.UnicodeScalarView()
        var decoder = UTF8ByteDecoder(bytes: Array(bytes))
        while let scalar = decoder.next() { scalars.append(scalar) }
        self = String(scalars)
    }

    /// The bytes that the kernel or a file gets for this text; the exact reverse of ``init(kernelBytes:)``.
    package var kernelBytes: [UInt8] {
        guard needsByteUnescaping else { return Array(utf8) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            if (escapeBase + 0x80...escapeBase + 0xFF).contains(scalar.value) {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.EncodedScalar())
            }
        }
        return bytes
    }

    /// Calls `body` with the text as the kernel reads it: NUL-terminated bytes, valid during the call only.
    package func withKernelString<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // No memory is asked for: a start gives the kernel a hundred paths. Escaped bytes are fewer than their escapes.
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: utf8.count + 1) { (room) throws(Failure) in
            try body(putKernelString(in: room))
        }
    }

    /// Writes the text as the kernel reads it, with its NUL, and returns where it begins. Not inlined: everybody calls it.
    @inline(never) private func putKernelString(in room: UnsafeMutableBufferPointer<CChar>) -> UnsafePointer<CChar> {
        guard let start = room.baseAddress else { preconditionFailure("there is room for the NUL at least") }
        func put(_ bytes: UnsafeBufferPointer<UInt8>) {
            if let first = bytes.baseAddress { memcpy(start, first, bytes.count) }
            start[bytes.count] = 0
        }
        if needsByteUnescaping { kernelBytes.withUnsafeBufferPointer(put) } else { utf8.span.withUnsafeBufferPointer(put) }
        return UnsafePointer(start)
    }

    /// The text as the kernel reads it, with its NUL.
    var kernelCString: ContiguousArray<CChar> {
        needsByteUnescaping ? ContiguousArray(kernelBytes.map { CChar(bitPattern: $0) } + [0]) : utf8CString
    }

    private var needsByteUnescaping: Bool {
        holds(byte: 0xEE)
    }
}

extension String {
    /// Whether one of the bytes is `byte`.
    package func holds(byte: UInt8) -> Bool {
        utf8.span.withUnsafeBufferPointer { text in text.baseAddress.map { clinux_holds_byte($0, text.count, byte) != 0 } ?? false }
    }
}

/// Reads UTF-8 scalar by scalar and escapes what is not valid.
private struct UTF8ByteDecoder {
    let bytes: [UInt8]
    var position = 0

    mutating func next() -> Unicode.Scalar? {
        guard position < bytes.count else { return nil }
        let first = bytes[position]
        let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0
        if length > 0, position + length <= bytes.count,
            let text = String(validating: bytes[position..<position + length], as: UTF8.self),
            let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1,
            !(escapeBase + 0x80...escapeBase + 0xFF).contains(scalar.value)
        {
            position += length
            return scalar
        }
        position += 1
        return Unicode.Scalar(escapeBase + UInt32(first))
    }
}
