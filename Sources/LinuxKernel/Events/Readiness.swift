// SPDX-License-Identifier: Apache-2.0
import CLinux

/// What a descriptor is watched for, and what it is ready for; the raw values are the kernel's `EPOLL*` (and `POLL*`) bits.
package struct Readiness: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    /// The standard library's own looks conformances up by name, 30 µs in a program that lives for a thousand.
    package init(arrayLiteral elements: Readiness...) { rawValue = elements.reduce(0) { $0 | $1.rawValue } }

    /// Bytes, a connection or an end of file can be read without waiting.
    package static let readable = Readiness(rawValue: 0x001)
    /// Urgent data, or a change of a file such as `/proc/mounts` or `cgroup.events`.
    package static let priority = Readiness(rawValue: 0x002)
    /// Bytes can be written without waiting.
    package static let writable = Readiness(rawValue: 0x004)
    /// An error is pending; always reported.
    package static let failed = Readiness(rawValue: 0x008)
    /// The other end hung up; always reported.
    package static let hungUp = Readiness(rawValue: 0x010)
    /// The other end of a stream will write no more.
    package static let peerClosed = Readiness(rawValue: 0x2000)
}

/// Waits for one descriptor, outside an event loop.
package enum Poll {
    /// Waits until a descriptor is ready, and says for what; empty when the deadline passed first, which `nil` never does.
    ///
    /// Kernel call: `poll(2)`.
    package static func wait(
        _ number: Int32, for interest: Readiness, until deadline: MonotonicInstant?
    ) throws(KernelError) -> Readiness {
        var entry = pollfd(fd: number, events: Int16(truncatingIfNeeded: interest.rawValue), revents: 0)
        while true {
            // Computed inside the call: after an interruption only the rest of the time is waited for.
            let count = try kernelCall("poll", "descriptor \(number)") {
                poll(&entry, 1, deadline.map { $0.remaining.pollMilliseconds } ?? -1)
            }
            if count > 0 { return Readiness(rawValue: UInt32(UInt16(bitPattern: entry.revents))) }
            if let deadline, deadline.hasPassed { return [] }
        }
    }
}
