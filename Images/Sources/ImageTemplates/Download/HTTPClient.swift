// SPDX-License-Identifier: Apache-2.0
internal import Unpacking

/// What is asked of a server.
struct HTTPRequest {
    let url: String
    /// Bytes that are there already; the answer begins behind them.
    var offset: Int64 = 0
    /// The most bytes of an answer that are accepted, those that were there already included.
    let limit: Int64
}

/// How a request ended.
enum HTTPOutcome: Equatable {
    case complete
    /// The server has nothing of that name.
    case missing
    /// The server cannot continue at the offset.
    case cannotResume
}

/// Gets files from a server.
protocol HTTPClient: AnyObject {
    /// Gets one file.
    ///
    /// `receive`: gets the bytes, and how many there will be in all, if that is known.
    /// Throws ``ImageFailure`` for every other answer, for a connection that breaks off, and what `receive` throws.
    func get(
        _ request: HTTPRequest, receive: (UnsafeRawBufferPointer, Int64?) throws(ImageFailure) -> Void
    ) throws(ImageFailure) -> HTTPOutcome
}

extension HTTPClient {
    /// Gets a small file; nil when the server has none of that name.
    func bytes(of url: String, limit: Int64) throws(ImageFailure) -> [UInt8]? {
        var bytes: [UInt8] = []
        let outcome = try get(HTTPRequest(url: url, limit: limit)) { (piece, _) throws(ImageFailure) in bytes += piece }
        return outcome == .complete ? bytes : nil
    }
}
