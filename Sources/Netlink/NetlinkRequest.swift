// SPDX-License-Identifier: Apache-2.0
import CLinux
import LinuxKernel

/// One message to the kernel while it is being written: header, fixed part, attributes.
///
/// The lengths in the header and in nested attributes are filled in at the end, so nobody counts bytes by hand.
package struct NetlinkRequest: Sendable, Equatable {
    /// The kernel's name of the message and what it is about, for errors: `RTM_NEWLINK`, `veth1`.
    package let name: StaticText
    package let subject: String
    /// The message as it is sent; its sequence number is the socket's business.
    package private(set) var bytes: [UInt8] = []
    /// Whether a length did not fit its field. The kernel would take the rest of the attribute for further ones, which whoever
    /// chose the text could choose too; so such a message is never sent.
    private(set) var isTooLong = false

    /// A text that lives as long as the program. `StaticString` is not `Equatable`.
    package struct StaticText: Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// `type`: `RTM_*`. `flags`: `NLM_F_*` besides `NLM_F_REQUEST`.
    init(_ name: StaticString, _ subject: String, type: UInt16, flags: UInt16) {
        self.name = StaticText(description: "\(name)")
        self.subject = subject
        bytes.reserveCapacity(256)
        put(UInt32(0))
        put(type)
        put(flags | UInt16(NLM_F_REQUEST))
        put(UInt32(0))
        put(UInt32(0))
    }

    mutating func put(_ value: UInt8) { bytes.append(value) }

    mutating func put(_ value: UInt16) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }

    mutating func put(_ value: UInt32) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }

    mutating func put(_ value: Int32) { put(UInt32(bitPattern: value)) }

    mutating func attribute(_ type: UInt16, _ value: [UInt8]) { nest(type) { $0.bytes += value } }

    mutating func attribute(_ type: UInt16, _ value: UInt8) { nest(type) { $0.put(value) } }

    mutating func attribute(_ type: UInt16, _ value: UInt16) { nest(type) { $0.put(value) } }

    mutating func attribute(_ type: UInt16, _ value: UInt32) { nest(type) { $0.put(value) } }

    /// A string with its terminating zero.
    mutating func attribute(_ type: UInt16, _ value: String) { nest(type) { $0.bytes += value.kernelBytes + [0] } }

    /// An attribute that holds what `body` writes: other attributes, or plain bytes.
    mutating func nest(_ type: UInt16, _ body: (inout NetlinkRequest) -> Void) {
        let start = bytes.count
        put(UInt16(0))
        put(type)
        body(&self)
        if bytes.count - start > Int(UInt16.max) { isTooLong = true }
        set(UInt16(clamping: bytes.count - start), at: start)
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    /// The finished message under a sequence number.
    ///
    /// - Throws: ``KernelError`` with `.fileNameTooLong` when a text in it has no room.
    func finished(sequence: UInt32) throws(KernelError) -> [UInt8] {
        if isTooLong { throw KernelError(call: name.description, errno: .fileNameTooLong, subject: subject) }
        var message = self
        message.set(UInt32(clamping: bytes.count), at: 0)
        message.set(sequence, at: 8)
        return message.bytes
    }

    private mutating func set<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        withUnsafeBytes(of: value) { source in
            for (index, byte) in source.enumerated() { bytes[offset + index] = byte }
        }
    }
}
