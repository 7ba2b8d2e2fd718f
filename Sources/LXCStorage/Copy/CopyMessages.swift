// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Files of one directory that the second process copies; the two directories travel beside it as descriptors.
struct CopyRequest: Equatable {
    /// Few enough that both processes end at the same time, many enough that the message costs little (1 µs a file).
    static let mostNames = 16
    /// The longest message: every name with its NUL.
    static let mostBytes = 8 + mostNames * 256

    let number: UInt32
    let names: [EntryName]

    init(number: UInt32, names: [EntryName]) {
        self.number = number
        self.names = names
    }

    init?(_ bytes: [UInt8]) {
        var reader = MessageReader(bytes)
        guard let number = reader.number() else { return nil }
        self.number = UInt32(truncatingIfNeeded: number)
        names = reader.rest.split(separator: 0).map { EntryName($0) }
    }

    var bytes: [UInt8] {
        var bytes = MessageReader.bytes(of: UInt64(number))
        for name in names { bytes += name.bytes + [0] }
        return bytes
    }
}

/// What the second process says.
enum CopyReply: Equatable {
    /// So many bytes were copied since the last message.
    case progress(bytes: Int64)
    /// All files of a request are dealt with; `others` are the indices of names that are for the first process.
    case done(number: UInt32, bytes: Int64, vanished: Int, others: [Int])
    /// The file with this index could not be copied; this is the last message.
    case failed(number: UInt32, index: Int, KernelError)

    /// The longest message is a failure with an explanation.
    static let mostBytes = 4096

    init?(_ bytes: [UInt8]) {
        var reader = MessageReader(bytes)
        guard let kind = reader.number() else { return nil }
        switch kind {
        case 0:
            guard let count = reader.number() else { return nil }
            self = .progress(bytes: Int64(truncatingIfNeeded: count))
        case 1:
            guard let number = reader.number(), let count = reader.number(), let vanished = reader.number() else { return nil }
            self = .done(
                number: UInt32(truncatingIfNeeded: number), bytes: Int64(truncatingIfNeeded: count),
                vanished: Int(truncatingIfNeeded: vanished), others: reader.rest.map { Int($0) })
        case 2:
            guard let number = reader.number(), let index = reader.number(), let code = reader.number() else { return nil }
            let texts = reader.rest.split(separator: 0, omittingEmptySubsequences: false).map { String(kernelBytes: $0) }
            guard texts.count == 2 else { return nil }
            let error = KernelError(
                call: texts[0], errno: Errno(rawValue: Int32(truncatingIfNeeded: code)), subject: "",
                explanation: texts[1].isEmpty ? nil : texts[1])
            self = .failed(number: UInt32(truncatingIfNeeded: number), index: Int(truncatingIfNeeded: index), error)
        default: return nil
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .progress(let bytes): MessageReader.bytes(of: 0, UInt64(clamping: bytes))
        case .done(let number, let bytes, let vanished, let others):
            MessageReader.bytes(of: 1, UInt64(number), UInt64(clamping: bytes), UInt64(clamping: vanished))
                + others.map { UInt8(truncatingIfNeeded: $0) }
        case .failed(let number, let index, let error):
            MessageReader.bytes(of: 2, UInt64(number), UInt64(clamping: index), UInt64(clamping: error.errno.rawValue))
                + error.call.kernelBytes + [0] + (error.explanation ?? "").kernelBytes.prefix(2048)
        }
    }
}

/// Takes a message apart: numbers of eight bytes, then the rest.
private struct MessageReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func number() -> UInt64? {
        guard rest.count >= 8 else { return nil }
        let value = rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(8)
        return value
    }

    static func bytes(of numbers: UInt64...) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in numbers {
            for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
        }
        return bytes
    }
}
