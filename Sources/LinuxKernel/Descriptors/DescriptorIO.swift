// SPDX-License-Identifier: Apache-2.0
import CLinux

extension OwnedDescriptor {
    /// Reads once, at most `count` bytes; an empty result means the end.
    ///
    /// Kernel call: `read(2)`.
    package func read(upTo count: Int) throws(KernelError) -> [UInt8] {
        try readDescriptor(number, upTo: count)
    }

    /// Reads to the end.
    ///
    /// `limit`: the most bytes that are accepted.
    /// Throws ``KernelError``; `.fileTooLarge` when there is more than `limit`.
    package func readAll(limit: Int, subject: @autoclosure () -> String) throws(KernelError) -> [UInt8] {
        var content: [UInt8] = []
        while true {
            let part = try readDescriptor(number, upTo: 65536)
            if part.isEmpty { return content }
            content += part
            if content.count > limit { throw KernelError(call: "read", errno: .fileTooLarge, subject: subject()) }
        }
    }

    /// Writes everything, over as many calls as it takes.
    package func writeAll(_ bytes: some Collection<UInt8>) throws(KernelError) {
        try writeDescriptor(number, Array(bytes))
    }
}

/// Reads once from a descriptor that somebody else owns.
package func readDescriptor(_ number: Int32, upTo count: Int) throws(KernelError) -> [UInt8] {
    var bytes: [UInt8] = []
    _ = try kernelCall("read", "descriptor \(number)") { bytes.fill(upTo: count) { CLinux.read(number, $0, $1) } }
    return bytes
}

extension [UInt8] {
    /// The most that is read by way of the stack.
    private static var stackRoom: Int { 65536 }

    /// Becomes what one system call writes, at most `count` bytes and 64 KiB, and returns what the call returned.
    ///
    /// `call` gets the room and its size.
    ///
    /// The room is on the stack: musl asks the kernel for each large block anew and gives it back, and zeroing 64 kB of new memory costs
    /// 30 µs of page faults, as much again in each copy of the process. What the call leaves alone is never touched.
    package mutating func fill(upTo count: Int, _ call: (UnsafeMutablePointer<UInt8>, Int) -> Int) -> Int {
        let room = Swift.min(count, Self.stackRoom)
        var filled: (result: Int, bytes: [UInt8]) = (-1, [])
        withoutActuallyEscaping(call) { call in
            var work: (UnsafeMutableRawPointer) -> Void = { start in
                let bytes = start.assumingMemoryBound(to: UInt8.self)
                filled.result = call(bytes, room)
                // A call with MSG_TRUNC reports more than there was room for.
                let length = Swift.max(0, Swift.min(filled.result, room))
                // Made of a buffer it would be copied byte by byte.
                filled.bytes = [UInt8](unsafeUninitializedCapacity: length) { target, count in
                    UnsafeMutableRawBufferPointer(target).copyMemory(from: UnsafeRawBufferPointer(start: start, count: length))
                    count = length
                }
            }
            withUnsafeMutablePointer(to: &work) { work in
                clinux_with_stack_room(
                    room,
                    { start, work in
                        guard let start, let work else { return }
                        work.assumingMemoryBound(to: ((UnsafeMutableRawPointer) -> Void).self).pointee(start)
                    }, work)
            }
        }
        self = filled.bytes
        return filled.result
    }
}

/// Writes everything to a descriptor that somebody else owns.
package func writeDescriptor(_ number: Int32, _ bytes: [UInt8]) throws(KernelError) {
    var start = 0
    while start < bytes.count {
        let offset = start
        let count = try kernelCall("write", "descriptor \(number)") {
            bytes.withUnsafeBytes { CLinux.write(number, $0.baseAddress.map { $0 + offset }, $0.count - offset) }
        }
        start += count
    }
}

/// Standard output and standard error of the program; text is written at once, unbuffered.
package enum StandardStream: Int32, Sendable {
    case input = 0
    case output = 1
    case error = 2

    /// Writes text losslessly.
    package func write(_ text: String) throws(KernelError) { try writeDescriptor(rawValue, text.kernelBytes) }

    /// Whether the stream is a terminal.
    package var isTerminal: Bool { isatty(rawValue) == 1 }
}
