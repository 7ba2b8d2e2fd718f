// SPDX-License-Identifier: Apache-2.0

/// Writes values one behind the other; ``ByteReader`` reads them back in the same order. Only between our own processes.
package struct ByteWriter {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    /// Begins with nothing.
    package init() {}

    /// Writes a number.
    package mutating func put(_ value: Int) {
        withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Writes a truth value.
    package mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// Writes a text.
    package mutating func put(_ text: String) {
        put(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// Writes a text that may be missing.
    package mutating func put(_ text: String?) {
        put(text != nil)
        if let text { put(text) }
    }

    /// Writes a list of texts.
    package mutating func put(_ list: [String]) {
        put(list.count)
        for text in list { put(text) }
    }
}

/// Reads what ``ByteWriter`` wrote; anything else is an error, never a trap.
package struct ByteReader {
    /// The bytes are not what was written.
    package struct Malformed: Error { package init() {} }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// Begins at the first byte.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
        position = 0
    }

    /// The next number.
    package mutating func int() throws(Malformed) -> Int {
        let part = try take(8)
        var value: UInt64 = 0
        for (index, byte) in part.enumerated() { value |= UInt64(byte) << UInt64(8 * index) }
        guard let result = Int(exactly: Int64(bitPattern: value)) else { throw Malformed() }
        return result
    }

    /// The next truth value.
    package mutating func bool() throws(Malformed) -> Bool { try take(1).first == 1 }

    /// The next text.
    package mutating func string() throws(Malformed) -> String {
        let length = try int()
        guard let text = String(validating: try take(length), as: UTF8.self) else { throw Malformed() }
        return text
    }

    /// The next text that may be missing.
    package mutating func optionalString() throws(Malformed) -> String? { try bool() ? try string() : nil }

    /// The next list of texts.
    package mutating func strings() throws(Malformed) -> [String] {
        let count = try int()
        // Every string takes at least its length field, so a larger count cannot be true.
        guard count >= 0, count <= (bytes.count - position) / 8 else { throw Malformed() }
        var list: [String] = []
        for _ in 0..<count { list.append(try string()) }
        return list
    }

    private mutating func take(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw Malformed() }
        defer { position += count }
        return bytes[position..<position + count]
    }
}
