// SPDX-License-Identifier: Apache-2.0
import CLinux

/// What one receive brought.
package struct ReceivedMessage: Sendable {
    /// The bytes; empty means that the other end closed.
    package var bytes: [UInt8]
    /// Descriptors that came with them, in order; close-on-exec.
    package var descriptors: [SharedDescriptor]
    /// Who sent them, when the receiver had asked for it.
    package var sender: PeerCredentials?
    /// A handle on the sending process, when the receiver had asked for it and the kernel is Linux 6.5 or later.
    package var senderPIDFD: SharedDescriptor?
    /// Descriptors or credentials were lost for want of room.
    package var isControlDataTruncated: Bool
    /// Bytes of a packet were lost for want of room.
    package var isTruncated: Bool
}

extension UnixSocket {
    /// The most descriptors of one message.
    package static let mostDescriptors = Int(CLINUX_MAX_DESCRIPTORS)

    /// Sends bytes once, with descriptors and credentials riding on them.
    ///
    /// - Parameters:
    ///   - bytes: At least one; control data needs bytes to ride on.
    ///   - descriptors: Numbers of at most 253 open descriptors, which stay the caller's.
    ///   - credentials: What to claim; the kernel checks it. `nil` sends none.
    ///   - wait: Whether to wait for room.
    /// - Returns: How many bytes went out.
    /// - Throws: ``KernelError``, `.brokenPipe` when the other end is gone (never a signal).
    ///
    /// Kernel call: `sendmsg(2)`.
    package func send(
        _ bytes: [UInt8], descriptors: [Int32] = [], credentials: PeerCredentials? = nil, wait: Bool = true
    ) throws(KernelError) -> Int {
        let number = descriptor.number
        if descriptors.count > Self.mostDescriptors {
            throw KernelError(call: "sendmsg", errno: .invalidArgument, subject: "\(descriptors.count) descriptors")
        }
        let flags = Int32(MSG_NOSIGNAL) | (wait ? 0 : Int32(MSG_DONTWAIT))
        guard let credentials else {
            return try kernelCall("sendmsg", "descriptor \(number)") {
                clinux_send_message(number, bytes, bytes.count, descriptors, descriptors.count, nil, flags)
            }
        }
        var raw = clinux_credentials(pid: credentials.pid, uid: credentials.uid, gid: credentials.gid)
        return try kernelCall("sendmsg", "descriptor \(number)") {
            clinux_send_message(number, bytes, bytes.count, descriptors, descriptors.count, &raw, flags)
        }
    }

    /// Sends everything, over as many calls as it takes; descriptors and credentials ride on the first byte.
    package func sendAll(
        _ bytes: [UInt8], descriptors: [Int32] = [], credentials: PeerCredentials? = nil
    ) throws(KernelError) {
        var sent = try send(bytes, descriptors: descriptors, credentials: credentials)
        while sent < bytes.count { sent += try send(Array(bytes[sent...])) }
    }

    /// Receives once, with everything that rides on the bytes.
    ///
    /// - Parameters:
    ///   - count: The most bytes that are wanted, at least 1.
    ///   - wait: Whether to wait for the first byte.
    /// - Returns: `nil` when nothing is there yet (`wait` false, a non-blocking socket, or the receive limit is over).
    /// - Throws: ``KernelError``, `.connectionReset` when the other end closed without reading everything.
    ///
    /// Kernel call: `recvmsg(2)` with `MSG_CMSG_CLOEXEC`.
    package func receiveMessage(upTo count: Int, wait: Bool = true) throws(KernelError) -> ReceivedMessage? {
        let number = descriptor.number
        var bytes: [UInt8] = []
        var raw = clinux_received()
        do throws(KernelError) {
            _ = try kernelCall("recvmsg", "descriptor \(number)") {
                bytes.fill(upTo: count) { clinux_receive_message(number, $0, $1, &raw, wait ? 0 : Int32(MSG_DONTWAIT)) }
            }
        } catch {
            if error.errno == .resourceTemporarilyUnavailable { return nil }
            throw error
        }
        return ReceivedMessage(
            bytes: bytes, descriptors: raw.takeDescriptors(), sender: raw.has_credentials == 0 ? nil : PeerCredentials(raw.credentials),
            senderPIDFD: raw.sender_pidfd < 0 ? nil : SharedDescriptor(OwnedDescriptor(owning: raw.sender_pidfd)),
            isControlDataTruncated: raw.flags & Int32(MSG_CTRUNC) != 0,
            isTruncated: raw.flags & Int32(MSG_TRUNC) != 0)
    }

    /// Receives plain bytes once; descriptors that somebody attached are dropped by the kernel.
    ///
    /// - Returns: `nil` when nothing is there yet, an empty array when the other end closed.
    ///
    /// Kernel call: `recv(2)`.
    package func receive(upTo count: Int, wait: Bool = true) throws(KernelError) -> [UInt8]? {
        let number = descriptor.number
        var bytes: [UInt8] = []
        do throws(KernelError) {
            _ = try kernelCall("recv", "descriptor \(number)") {
                bytes.fill(upTo: count) { recv(number, $0, $1, wait ? 0 : Int32(MSG_DONTWAIT)) }
            }
            return bytes
        } catch {
            if error.errno == .resourceTemporarilyUnavailable { return nil }
            throw error
        }
    }
}

extension clinux_received {
    fileprivate func takeDescriptors() -> [SharedDescriptor] {
        let count = max(0, min(Int(descriptor_count), Int(CLINUX_MAX_DESCRIPTORS)))
        return withUnsafeBytes(of: descriptors) { raw in
            raw.bindMemory(to: Int32.self).prefix(count).map { SharedDescriptor(OwnedDescriptor(owning: $0)) }
        }
    }
}
