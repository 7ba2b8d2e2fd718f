// SPDX-License-Identifier: Apache-2.0
// Feeds the control socket: the request decoder, every other decoder of the wire, and a server with a real connection.
import FuzzDriver
import Glibc
import LXCRuntime
import LinuxKernel

nonisolated(unsafe) private var server: FuzzServer?

private func decodeEverything(_ bytes: [UInt8]) {
    _ = ReplyHeader(decoding: Array(bytes.prefix(16)))
    _ = StateMessage(decoding: bytes)
    _ = WantedStates(decoding: bytes)
    var reader = RequestReader()
    guard case .complete(let header, let payload) = reader.feed(bytes) else { return }
    do throws(Errno) {
        let request = try ControlRequest(header, payload: payload)
        let (again, body) = request.encoded
        // What was understood must be understood the same way when we say it.
        let second = try ControlRequest(again, payload: body)
        guard second == request else { fatalError("\(request) became \(second)") }
    } catch {
        guard (1...4095).contains(error.rawValue) else { fatalError("\(error)") }
    }
}

/// The counts of a weak reference hang on a disguised pointer, which the leak checker does not follow.
@_cdecl("__lsan_default_suppressions")
public func knownLeaks() -> UnsafePointer<CChar> {
    let text: StaticString = "leak:swift_weakInit\n"
    return UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

exit(
    fuzz { data, count in
        let bytes = fuzzInput(data, count)
        decodeEverything(bytes)
        do throws(KernelError) {
            if server == nil { server = try FuzzServer() }
            try server?.converse(bytes)
        } catch { fatalError("\(error)") }
        return 0
    })
