// SPDX-License-Identifier: Apache-2.0

/// Puts a request together from the pieces in which its bytes arrive; reads no byte beyond its end.
package struct RequestReader {
    /// What is known after the bytes so far.
    package enum Progress: Sendable, Equatable {
        /// That many bytes are missing, one or more.
        case needs(Int)
        case complete(RequestHeader, payload: [UInt8])
        /// The payload is larger than the protocol allows; the connection is closed without an answer.
        case tooLarge
    }

    private var bytes: [UInt8] = []
    private var header: RequestHeader?

    package init() {}

    /// Takes the next bytes; what is more than are missing is dropped.
    package mutating func feed(_ part: [UInt8]) -> Progress {
        bytes += part
        if header == nil, bytes.count >= RequestHeader.size {
            header = RequestHeader(decoding: Array(bytes.prefix(RequestHeader.size)))
            bytes.removeFirst(RequestHeader.size)
        }
        return progress
    }

    /// What is known so far.
    package var progress: Progress {
        guard let header else { return .needs(RequestHeader.size - bytes.count) }
        if header.payloadLength > RequestHeader.largestPayload { return .tooLarge }
        let missing = header.payloadLength - bytes.count
        return missing > 0 ? .needs(missing) : .complete(header, payload: Array(bytes.prefix(header.payloadLength)))
    }
}
