// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Numbers that are never given twice in this process.
final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// Waiting without occupying a processor.
package enum Pause {
    /// Sleeps the calling thread.
    package static func milliseconds(_ count: UInt32) { microseconds(count * 1000) }

    /// Sleeps the calling thread.
    package static func microseconds(_ count: UInt32) { _ = Glibc.usleep(count) }
}
