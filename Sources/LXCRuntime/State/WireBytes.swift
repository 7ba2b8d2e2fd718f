// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Fixed-layout records of the wire: little-endian integers at known places, nothing read beyond the end.
struct WireReader {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// An integer at some offset, or `nil` when it does not lie within the record.
    func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self, at offset: Int) -> Value? {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, size <= bytes.count, offset <= bytes.count - size else { return nil }
        var value: Value = 0
        for index in stride(from: size - 1, through: 0, by: -1) {
            value = (size == 1 ? 0 : value &<< 8) | Value(truncatingIfNeeded: bytes[offset + index])
        }
        return value
    }

    /// NUL-ended text in a field of fixed size, or `nil` when the field does not lie within the record or has no NUL.
    func text(at offset: Int, size: Int) -> String? {
        guard offset >= 0, size >= 0, size <= bytes.count, offset <= bytes.count - size else { return nil }
        let field = bytes[offset..<offset + size]
        guard let end = field.firstIndex(of: 0) else { return nil }
        return String(kernelBytes: field[..<end])
    }

    /// The whole record as NUL-ended text; bytes behind the first NUL are ignored.
    var wholeText: String? { text(at: 0, size: bytes.count) }
}

/// Builds a fixed-layout record.
struct WireWriter {
    private(set) var bytes: [UInt8]

    /// Starts with zeros.
    init(size: Int) { bytes = [UInt8](repeating: 0, count: size) }

    mutating func put<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        for index in 0..<MemoryLayout<Value>.size where offset + index < bytes.count {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (index * 8))
        }
    }

    /// Puts text into a field and leaves at least one NUL at its end; `false` when it does not fit.
    mutating func put(_ text: String, at offset: Int, size: Int) -> Bool {
        let content = text.kernelBytes
        guard content.count < size, offset + size <= bytes.count else { return false }
        for (index, byte) in content.enumerated() { bytes[offset + index] = byte }
        return true
    }
}

extension String {
    /// The text as the wire carries it: its bytes and one NUL.
    var wireText: [UInt8] { kernelBytes + [0] }
}
