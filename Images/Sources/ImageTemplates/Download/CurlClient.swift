// SPDX-License-Identifier: Apache-2.0
internal import CTransfer
internal import LinuxKernel
internal import Unpacking

/// Transfers by libcurl. Certificates are always checked; a redirection never leads to a weaker protocol or to a file.
final class CurlClient: HTTPClient {
    private let handle: UnsafeMutableRawPointer
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    /// `allowsPlain`: whether http is allowed beside https.
    init(allowsPlain: Bool) throws(ImageFailure) {
        guard Self.isReady, let handle = curl_easy_init() else { throw ImageFailure("libcurl cannot be used") }
        self.handle = handle
        let protocols = allowsPlain ? "http,https" : "https"
        var results = [
            ctransfer_set_text(handle, CURLOPT_PROTOCOLS_STR, protocols),
            ctransfer_set_text(handle, CURLOPT_REDIR_PROTOCOLS_STR, protocols),
            ctransfer_set_number(handle, CURLOPT_FOLLOWLOCATION, 1), ctransfer_set_number(handle, CURLOPT_MAXREDIRS, 5),
            ctransfer_set_number(handle, CURLOPT_NOSIGNAL, 1), ctransfer_set_number(handle, CURLOPT_FAILONERROR, 1),
            // A minute without a byte is a broken connection; how long all of it takes is the user's line.
            ctransfer_set_number(handle, CURLOPT_CONNECTTIMEOUT, 30), ctransfer_set_number(handle, CURLOPT_LOW_SPEED_LIMIT, 1),
            ctransfer_set_number(handle, CURLOPT_LOW_SPEED_TIME, 60),
            ctransfer_set_text(handle, CURLOPT_USERAGENT, "lxc/swift compat:\(ImageMetadata.compatibilityLevel)"),
        ]
        // As OpenSSL's own programs have it.
        if let file = ProcessEnvironment.value("SSL_CERT_FILE") { results.append(ctransfer_set_text(handle, CURLOPT_CAINFO, file)) }
        guard results.allSatisfy({ $0 == CURLE_OK }) else { throw ImageFailure("this libcurl is too old: version 7.85 is needed") }
    }

    deinit { curl_easy_cleanup(handle) }

    func get(
        _ request: HTTPRequest, receive: (UnsafeRawBufferPointer, Int64?) throws(ImageFailure) -> Void
    ) throws(ImageFailure) -> HTTPOutcome {
        var failure: ImageFailure?
        let result = withoutActuallyEscaping(receive) { receive in
            let sink = CurlSink(handle, request, receive)
            let results = [
                ctransfer_set_text(handle, CURLOPT_URL, request.url),
                ctransfer_set_size(handle, CURLOPT_RESUME_FROM_LARGE, Int(request.offset)),
                ctransfer_set_sink(
                    handle, { bytes, size, count, context in CurlSink.take(bytes, size * count, context) },
                    Unmanaged.passUnretained(sink).toOpaque()),
            ]
            let result = results.first { $0 != CURLE_OK } ?? curl_easy_perform(handle)
            failure = sink.failure
            // The sink must live until here: libcurl holds no reference.
            withExtendedLifetime(sink) {}
            return result
        }
        if let failure { throw failure }
        let status = ctransfer_status(handle)
        switch result {
        case CURLE_OK: return .complete
        case CURLE_RANGE_ERROR: return .cannotResume
        case CURLE_HTTP_RETURNED_ERROR where status == 404 || status == 410: return .missing
        case CURLE_HTTP_RETURNED_ERROR where status == 416: return .cannotResume
        case CURLE_HTTP_RETURNED_ERROR: throw ImageFailure("cannot get \(shown(request.url, limit: 300)): the server answers \(status)")
        default:
            let words = String(cString: curl_easy_strerror(result))
            throw ImageFailure("cannot get \(shown(request.url, limit: 300)): \(words)", advice: Self.advice(result))
        }
    }

    private static func advice(_ result: CURLcode) -> String? {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: "is the network up? --server=HOST names another server"
        case CURLE_PEER_FAILED_VERIFICATION: "the server is not who it says it is, or its certificate is not known here (ca-certificates)"
        case CURLE_UNSUPPORTED_PROTOCOL: "only https is allowed, and http when --server begins with http://"
        default: nil
        }
    }
}

/// Where the bytes of one transfer go.
private final class CurlSink {
    private let handle: UnsafeMutableRawPointer
    private let receive: (UnsafeRawBufferPointer, Int64?) throws(ImageFailure) -> Void
    private let request: HTTPRequest
    private var count: Int64
    private(set) var failure: ImageFailure?

    init(
        _ handle: UnsafeMutableRawPointer, _ request: HTTPRequest,
        _ receive: @escaping (UnsafeRawBufferPointer, Int64?) throws(ImageFailure) -> Void
    ) {
        self.handle = handle
        self.request = request
        self.receive = receive
        count = request.offset
    }

    /// Returns how many bytes were taken; fewer than there are end the transfer.
    static func take(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
        guard let bytes, let context else { return 0 }
        let sink = Unmanaged<CurlSink>.fromOpaque(context).takeUnretainedValue()
        do throws(ImageFailure) {
            try sink.take(UnsafeRawBufferPointer(start: bytes, count: count))
            return count
        } catch {
            sink.failure = error
            return 0
        }
    }

    private func take(_ piece: UnsafeRawBufferPointer) throws(ImageFailure) {
        let announced = ctransfer_announced(handle)
        let (all, overflow) = Int64(announced).addingReportingOverflow(request.offset)
        count += Int64(piece.count)
        if count > request.limit || (announced >= 0 && (overflow || all > request.limit)) {
            throw ImageFailure("\(shown(request.url, limit: 300)) is larger than \(request.limit >> 20) MiB")
        }
        try receive(piece, announced >= 0 ? all : nil)
    }
}
