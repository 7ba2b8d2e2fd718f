// SPDX-License-Identifier: Apache-2.0

/// The 16 bytes in front of every request.
package struct RequestHeader: Sendable, Hashable {
    /// Size on the wire in bytes, also of ``ReplyHeader``.
    package static let size = 16
    /// The largest payload in bytes, both directions; only the console log in answers is free of it.
    package static let largestPayload = 8192

    /// Command number, compared unsigned.
    package let command: UInt32
    /// How many payload bytes follow; zero or less means none.
    package let length: Int32
    /// An integer argument in its low 32 bits; meaningless when a payload follows.
    package let data: UInt64

    package init(command: UInt32, length: Int32, data: UInt64) {
        self.command = command
        self.length = length
        self.data = data
    }

    /// Reads a header; `nil` when there are not exactly 16 bytes.
    package init?(decoding bytes: [UInt8]) {
        let reader = WireReader(bytes)
        guard bytes.count == Self.size, let command = reader.integer(UInt32.self, at: 0), let length = reader.integer(Int32.self, at: 4),
            let data = reader.integer(UInt64.self, at: 8)
        else { return nil }
        self.init(command: command, length: length, data: data)
    }

    /// The header's bytes.
    package var encoded: [UInt8] {
        var writer = WireWriter(size: Self.size)
        writer.put(command, at: 0)
        writer.put(length, at: 4)
        writer.put(data, at: 8)
        return writer.bytes
    }

    /// The integer argument.
    var argument: Int32 { Int32(truncatingIfNeeded: data) }
    /// How many payload bytes follow, zero or more.
    var payloadLength: Int { max(0, Int(length)) }
}

/// The 16 bytes in front of every answer.
package struct ReplyHeader: Sendable, Hashable {
    /// Zero or positive for success, else a negative error number.
    package let status: Int32
    /// How many payload bytes follow; zero or less means none.
    package let length: Int32
    /// An integer result in its low 32 bits; meaningless when a payload follows.
    package let data: UInt64

    package init(status: Int32, length: Int32, data: UInt64) {
        self.status = status
        self.length = length
        self.data = data
    }

    /// Reads a header; `nil` when there are not exactly 16 bytes.
    package init?(decoding bytes: [UInt8]) {
        let reader = WireReader(bytes)
        guard bytes.count == RequestHeader.size, let status = reader.integer(Int32.self, at: 0),
            let length = reader.integer(Int32.self, at: 4), let data = reader.integer(UInt64.self, at: 8)
        else { return nil }
        self.init(status: status, length: length, data: data)
    }

    /// The header's bytes.
    package var encoded: [UInt8] {
        var writer = WireWriter(size: RequestHeader.size)
        writer.put(status, at: 0)
        writer.put(length, at: 4)
        writer.put(data, at: 8)
        return writer.bytes
    }
}
