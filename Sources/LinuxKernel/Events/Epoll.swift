// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The kernel's list of watched descriptors.
///
/// Level-triggered. Each descriptor is known by a number of the caller's choice, so that an event of a closed and reused
/// descriptor is never taken for its successor's. See `epoll(7)`.
package struct Epoll: ~Copyable, Sendable {
    /// One ready descriptor.
    package struct Event: Sendable, Equatable {
        package let identifier: UInt64
        package let readiness: Readiness
    }

    private let descriptor: OwnedDescriptor

    /// The descriptor's number: readable itself when something that it watches is ready.
    package var number: Int32 { descriptor.number }

    /// Makes an empty list.
    ///
    /// Kernel call: `epoll_create1(2)`, close-on-exec.
    package init() throws(KernelError) {
        descriptor = OwnedDescriptor(owning: try kernelCall("epoll_create1", "epoll") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
    }

    /// Starts to watch a descriptor.
    ///
    /// - Throws: ``KernelError``, `.notPermitted` for a regular file, which is always ready, `.fileExists` when it is watched already.
    package func add(_ number: Int32, _ interest: Readiness, identifier: UInt64) throws(KernelError) {
        try control(EPOLL_CTL_ADD, number, interest, identifier)
    }

    /// Watches for something else.
    package func change(_ number: Int32, _ interest: Readiness, identifier: UInt64) throws(KernelError) {
        try control(EPOLL_CTL_MOD, number, interest, identifier)
    }

    /// Stops to watch; call it before the descriptor is closed.
    package func remove(_ number: Int32) throws(KernelError) { try control(EPOLL_CTL_DEL, number, [], 0) }

    /// Waits for events, at most `most` of them (1 or more); empty when the deadline passed, which `nil` never does.
    ///
    /// Kernel call: `epoll_wait(2)`.
    package func wait(most: Int = 32, until deadline: MonotonicInstant?) throws(KernelError) -> [Event] {
        let room = max(1, min(most, 1024))
        var events = [epoll_event](repeating: epoll_event(), count: room)
        let number = descriptor.number
        // Computed inside the call: after an interruption only the rest of the time is waited for.
        let count = try kernelCall("epoll_wait", "epoll") {
            epoll_wait(number, &events, Int32(room), deadline.map { $0.remaining.pollMilliseconds } ?? -1)
        }
        return events.prefix(Int(count)).map { Event(identifier: $0.data.u64, readiness: Readiness(rawValue: $0.events)) }
    }

    private func control(_ operation: Int32, _ number: Int32, _ interest: Readiness, _ identifier: UInt64) throws(KernelError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = identifier
        let list = descriptor.number
        try kernelCommand("epoll_ctl", "descriptor \(number)") { epoll_ctl(list, operation, number, &event) }
    }
}
