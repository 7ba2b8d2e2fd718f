// SPDX-License-Identifier: Apache-2.0

/// What a supervisor tells the process that started it.
package enum StartResult: Sendable, Equatable {
    case running
    case failed(OperationFailure)

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .running: writer.put(true)
        case .failed(let failure):
            writer.put(false)
            writer.put(failure)
        }
        return writer.bytes
    }

    /// Nil for what no supervisor sends, for example nothing at all when it died.
    package init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do { self = try reader.bool() ? .running : .failed(try reader.failure()) } catch { return nil }
    }
}
