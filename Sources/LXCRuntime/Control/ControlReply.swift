// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// What the monitor answers to one request.
package enum ControlReply: Sendable {
    /// Success with an integer.
    case number(Int32)
    /// Success with text; its NUL is added.
    case text(String)
    /// Success with bytes as they are.
    case bytes([UInt8])
    /// Success with one descriptor, and for a terminal its number.
    case descriptor(SharedDescriptor, number: Int32 = 0)
    /// Success of GET_CGROUP_FD and GET_LIMIT_CGROUP_FD.
    case cgroupDescriptor(CgroupDescriptorRecord, SharedDescriptor)
    /// Success of GET_CGROUP_CTX: one directory a hierarchy.
    case cgroupContext(CgroupArrangement, [SharedDescriptor])
    /// The kernel's or our reason.
    case failure(Errno)
    /// No answer: the connection is closed, or (STOP) stays as it is.
    case silence

    /// Success without a result.
    package static var done: ControlReply { .number(0) }
    /// "There is no such value": what GET_CONFIG_ITEM answers for unset keys.
    package static var absent: ControlReply { .failure(.notPermitted) }

    /// The answer as it goes out: the first 16 bytes with the descriptors on them, then the payload; `nil` for silence.
    ///
    /// `room` is the size of the client's record for the commands with extensible records.
    package func encoded(room: Int = .max) -> EncodedReply? {
        switch self {
        case .number(let value): EncodedReply(status: 0, value: value)
        case .text(let text): EncodedReply(payload: text.wireText)
        case .bytes(let bytes): EncodedReply(payload: bytes)
        case .descriptor(let descriptor, let number): EncodedReply(status: 0, value: number, descriptors: [descriptor])
        case .cgroupDescriptor(var record, let descriptor):
            {
                record.room = min(room, CgroupDescriptorRecord.size)
                return EncodedReply(payload: record.encoded, descriptors: [descriptor])
            }()
        case .cgroupContext(let arrangement, let descriptors):
            Self.context(arrangement, Array(descriptors.prefix(CgroupContextRecord.mostHierarchies)), room: room)
        case .failure(let reason): EncodedReply(status: -abs(reason.rawValue), value: 0)
        case .silence: nil
        }
    }

    private static func context(_ arrangement: CgroupArrangement, _ descriptors: [SharedDescriptor], room: Int) -> EncodedReply {
        let record = CgroupContextRecord(arrangement: arrangement, count: descriptors.count)
        let status = descriptors.isEmpty ? -Errno.noSuchFileOrDirectory.rawValue : 0
        return EncodedReply(status: status, payload: record.encoded(room: min(room, CgroupContextRecord.size)), descriptors: descriptors)
    }
}

/// An answer in the form in which it crosses the wire.
package struct EncodedReply: Sendable {
    package var header: ReplyHeader
    package var payload: [UInt8]
    package var descriptors: [SharedDescriptor]

    init(status: Int32, value: Int32, descriptors: [SharedDescriptor] = []) {
        header = ReplyHeader(status: status, length: 0, data: UInt64(UInt32(bitPattern: value)))
        payload = []
        self.descriptors = descriptors
    }

    // The data field is zero with a payload: C LXC's servers leak one of their addresses there.
    init(status: Int32 = 0, payload: [UInt8], descriptors: [SharedDescriptor] = []) {
        header = ReplyHeader(status: status, length: Int32(clamping: payload.count), data: 0)
        self.payload = payload
        self.descriptors = descriptors
    }

    /// Puts together what a client received.
    init(header: ReplyHeader, payload: [UInt8], descriptors: [SharedDescriptor]) {
        self.header = header
        self.payload = payload
        self.descriptors = descriptors
    }

    /// The integer result.
    package var value: Int32 { Int32(truncatingIfNeeded: header.data) }
    /// The payload as NUL-ended text; `nil` without a NUL.
    package var text: String? { WireReader(payload).wholeText }
}
