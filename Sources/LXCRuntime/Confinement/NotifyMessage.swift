// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What the program that decides system calls is sent for one of them, and sends back with its decision.
///
/// A header of 32 bytes, the kernel's notification and its response, then the cookie, which may be missing in what comes back.
struct NotifyMessage {
    private static let headerSize = 32

    let sizes: SystemCallListener.Sizes

    /// How much room an answer needs: a cookie behind the rest is no concern of ours.
    var longestAnswer: Int { Self.headerSize + sizes.notification + sizes.response }

    /// - Parameters:
    ///   - notification: The kernel's.
    ///   - monitor: Number of the supervisor's process.
    ///   - initProcess: Number of the container's init.
    ///   - cookie: `lxc.seccomp.notify.cookie`.
    /// - Returns: One packet.
    func request(_ notification: [UInt8], monitor: Int32, initProcess: Int32, cookie: [UInt8]) -> [UInt8] {
        var header = WireWriter(size: Self.headerSize)
        header.put(monitor, at: 8)
        header.put(initProcess, at: 12)
        header.put(UInt16(clamping: sizes.notification), at: 16)
        header.put(UInt16(clamping: sizes.response), at: 18)
        header.put(UInt16(clamping: sizes.data), at: 20)
        header.put(UInt64(cookie.count), at: 24)
        return header.bytes + notification + emptyResponse(to: Self.id(notification)) + cookie
    }

    /// The decision in an answer: the number of the call, and the kernel's response with that number.
    ///
    /// Nil for what is no answer.
    func decision(_ answer: [UInt8]) -> (id: UInt64, response: [UInt8])? {
        let reader = WireReader(answer)
        guard answer.count >= longestAnswer, reader.integer(UInt64.self, at: 0) == 0,
            let id = reader.integer(UInt64.self, at: Self.headerSize)
        else { return nil }
        let start = Self.headerSize + sizes.notification
        guard reader.integer(UInt64.self, at: start) == id else { return nil }
        return (id, Array(answer[start..<start + sizes.response]))
    }

    /// The response that lets the call fail as one that the kernel does not have.
    func refusal(of id: UInt64) -> [UInt8] {
        var response = WireWriter(size: sizes.response)
        response.put(id, at: 0)
        response.put(-Errno.noFunction.rawValue, at: 16)
        return response.bytes
    }

    private func emptyResponse(to id: UInt64) -> [UInt8] {
        var response = WireWriter(size: sizes.response)
        response.put(id, at: 0)
        return response.bytes
    }

    /// The number by which the kernel knows a waiting call.
    static func id(_ notification: [UInt8]) -> UInt64 { WireReader(notification).integer(at: 0) ?? 0 }

    /// The process that waits, as the reader sees it; 0 when it does not see it.
    static func process(_ notification: [UInt8]) -> Int32 { WireReader(notification).integer(at: 8) ?? 0 }
}
