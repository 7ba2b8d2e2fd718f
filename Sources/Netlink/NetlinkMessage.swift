// SPDX-License-Identifier: Apache-2.0
import CLinux
import LinuxKernel

/// One message from the kernel.
package struct NetlinkMessage: Equatable {
    private static let headerLength = 16

    package let type: UInt16
    package let flags: UInt16
    package let sequence: UInt32
    /// What follows the header, without padding.
    package let payload: [UInt8]

    /// The messages of one datagram. A length that does not fit ends the list: the rest cannot be told apart.
    package static func all(in datagram: [UInt8]) -> [NetlinkMessage] {
        var messages: [NetlinkMessage] = []
        var offset = 0
        while let length = datagram.integer(UInt32.self, at: offset).map(Int.init), length >= headerLength,
            length <= datagram.count - offset
        {
            guard let type = datagram.integer(UInt16.self, at: offset + 4), let flags = datagram.integer(UInt16.self, at: offset + 6),
                let sequence = datagram.integer(UInt32.self, at: offset + 8)
            else { break }
            let payload = Array(datagram[(offset + headerLength)..<(offset + length)])
            messages.append(NetlinkMessage(type: type, flags: flags, sequence: sequence, payload: payload))
            offset += (length + 3) & ~3
        }
        return messages
    }

    /// What an `NLMSG_ERROR` message says: 0 for an acknowledgement, else the kernel's error number and, where it gives one, its explanation.
    package var verdict: (errno: Int32, explanation: String?)? {
        guard type == UInt16(NLMSG_ERROR), let code = payload.integer(Int32.self, at: 0) else { return nil }
        let errno = code == Int32.min ? Int32.max : abs(code)
        guard flags & UInt16(NLM_F_ACK_TLVS) != 0 else { return (errno, nil) }
        var start = 4 + Self.headerLength
        if flags & UInt16(NLM_F_CAPPED) == 0 {
            start = 4 + Int(clamping: payload.integer(UInt32.self, at: 4) ?? 0)
        }
        let attributes = NetlinkAttributes(payload, from: (start + 3) & ~3)
        return (errno, attributes.text(UInt16(NLMSGERR_ATTR_MSG.rawValue)))
    }
}

/// The attributes of a message: a list of type, length and value.
struct NetlinkAttributes: Equatable {
    private(set) var list: [(type: UInt16, value: [UInt8])] = []

    static func == (one: Self, other: Self) -> Bool {
        one.list.count == other.list.count && zip(one.list, other.list).allSatisfy { $0.type == $1.type && $0.value == $1.value }
    }

    /// Reads them from a place on; a length that does not fit ends the list.
    init(_ bytes: [UInt8], from start: Int = 0) {
        var offset = start
        while let length = bytes.integer(UInt16.self, at: offset).map(Int.init), length >= 4, length <= bytes.count - offset,
            let type = bytes.integer(UInt16.self, at: offset + 2)
        {
            // The two highest bits say that the value is nested, or in network byte order.
            list.append((type & 0x3FFF, Array(bytes[(offset + 4)..<(offset + length)])))
            offset += (length + 3) & ~3
        }
    }

    /// The first value of a type.
    func value(_ type: UInt16) -> [UInt8]? { list.first { $0.type == type }?.value }

    /// A nested list; empty when it is missing.
    func nested(_ type: UInt16) -> NetlinkAttributes { NetlinkAttributes(value(type) ?? []) }

    func number(_ type: UInt16) -> UInt32? { value(type)?.integer(UInt32.self, at: 0) }

    /// A string up to its terminating zero.
    func text(_ type: UInt16) -> String? { value(type).map { Self.text($0) } }

    static func text(_ value: [UInt8]) -> String { String(kernelBytes: Array(value.prefix { $0 != 0 })) }
}

extension [UInt8] {
    /// The integer in host byte order at a place; nil where the bytes end before.
    func integer<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value? {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, offset <= count - size else { return nil }
        return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
    }
}
