// SPDX-License-Identifier: Apache-2.0

/// Calls handlers when descriptors become ready or timers run out; one thread, no wake-up when nothing happens.
///
/// A handler may add and remove anything, itself included, and may call ``run(until:deadline:)`` to let the rest of the program
/// go on while it waits; it is not entered a second time before it returns.
package final class EventLoop {
    /// Gets what its descriptor is ready for.
    package typealias Handler = (Readiness) -> Void

    /// Names a watched descriptor until it is removed; never used again afterwards.
    package struct Source: Sendable, Hashable {
        fileprivate let identifier: UInt64
    }

    /// Names a timer until it runs out or is cancelled.
    package struct Timer: Sendable, Hashable {
        fileprivate let identifier: UInt64
    }

    private struct Watched {
        let number: Int32
        var interest: Readiness
        let handler: Handler
        var isRunning = false
        /// Taken out of the kernel's list because it became ready again while its handler runs.
        var isSuspended = false
    }

    private struct Pending {
        let identifier: UInt64
        let moment: MonotonicInstant
        let handler: () -> Void
    }

    private let epoll: Epoll
    private var watched: [UInt64: Watched] = [:]
    // Soonest first: the first is looked at in every round.
    private var timers: [Pending] = []
    // Shared by nested runs: an event that an outer run fetched is delivered once, by whoever comes first.
    private var events: [Epoll.Event] = []
    private var lastIdentifier: UInt64 = 0

    package init() throws(KernelError) { epoll = try Epoll() }

    /// A descriptor that is readable when something that is watched is ready, for whoever waits in another way.
    package var number: Int32 { epoll.number }

    /// Whether anything is watched or timed.
    package var isEmpty: Bool { watched.isEmpty && timers.isEmpty }

    /// Starts to watch a descriptor, which stays the caller's and must be removed here before it is closed.
    ///
    /// The handler is called with what the descriptor is ready for; it must not wait on the descriptor, for the readiness may be
    /// over by then. Errors are those of `epoll_ctl(2)`.
    package func add(_ number: Int32, _ interest: Readiness = .readable, handler: @escaping Handler) throws(KernelError) -> Source {
        lastIdentifier += 1
        try epoll.add(number, interest, identifier: lastIdentifier)
        watched[lastIdentifier] = Watched(number: number, interest: interest, handler: handler)
        return Source(identifier: lastIdentifier)
    }

    /// Watches for something else; nothing happens when the source is gone already.
    package func change(_ source: Source, _ interest: Readiness) throws(KernelError) {
        guard var entry = watched[source.identifier], entry.interest != interest else { return }
        if !entry.isSuspended { try epoll.change(entry.number, interest, identifier: source.identifier) }
        entry.interest = interest
        watched[source.identifier] = entry
    }

    /// Stops to watch; nothing happens when the source is gone already.
    package func remove(_ source: Source) throws(KernelError) {
        guard let entry = watched.removeValue(forKey: source.identifier), !entry.isSuspended else { return }
        do { try epoll.remove(entry.number) } catch {
            // Closed already: the kernel took it off the list by itself.
            if error.errno != .badFileDescriptor && error.errno != .noSuchFileOrDirectory { throw error }
        }
    }

    /// Forgets every source and timer, and lets go of what their handlers hold; for an owner whose own handlers hold it.
    package func removeAll() throws(KernelError) {
        timers = []
        for identifier in Array(watched.keys) { try remove(Source(identifier: identifier)) }
    }

    /// Calls a handler once, after some time.
    @discardableResult
    package func schedule(after delay: Duration, handler: @escaping () -> Void) -> Timer {
        schedule(at: .now + delay, handler: handler)
    }

    /// Calls a handler once, at some moment.
    @discardableResult
    package func schedule(at moment: MonotonicInstant, handler: @escaping () -> Void) -> Timer {
        lastIdentifier += 1
        // From the end: most timers are of the same length, so that a new one is the latest.
        let position = timers.lastIndex { $0.moment <= moment }.map { $0 + 1 } ?? 0
        timers.insert(Pending(identifier: lastIdentifier, moment: moment, handler: handler), at: position)
        return Timer(identifier: lastIdentifier)
    }

    /// Forgets a timer; nothing happens when it ran out already.
    package func cancel(_ timer: Timer) {
        if let position = timers.firstIndex(where: { $0.identifier == timer.identifier }) { timers.remove(at: position) }
    }

    /// Handles events until a condition holds; it is looked at before the first wait and after every handler.
    ///
    /// The result says whether the condition holds; `false` means that the deadline passed, which `nil` never does. Errors are those
    /// of `epoll_wait(2)` and `epoll_ctl(2)`.
    @discardableResult
    package func run(
        until condition: () -> Bool, deadline: MonotonicInstant? = nil
    ) throws(KernelError) -> Bool {
        var hasLookedLate = false
        while true {
            if condition() { return true }
            if fireOneTimer() { continue }
            if try deliverOneEvent() { continue }
            if let deadline, deadline.hasPassed {
                // What is ready is still handled, once, even if the deadline had passed before the call.
                if hasLookedLate { return false }
                hasLookedLate = true
            }
            let wakeUp = [deadline, timers.first?.moment].compactMap { $0 }.min()
            events = try epoll.wait(until: wakeUp)
        }
    }

    /// Becomes readable when a watched descriptor is ready: for those who wait elsewhere and want to go on serving meanwhile.
    package var descriptorNumber: Int32 { epoll.number }

    /// Handles what is ready now, without waiting.
    package func handleWaiting() throws(KernelError) { try run(until: { false }, deadline: .now) }

    private func fireOneTimer() -> Bool {
        guard let first = timers.first, first.moment.hasPassed else { return false }
        timers.removeFirst()
        first.handler()
        return true
    }

    private func deliverOneEvent() throws(KernelError) -> Bool {
        guard !events.isEmpty else { return false }
        let event = events.removeFirst()
        guard var entry = watched[event.identifier] else { return true }
        if entry.isRunning {
            if !entry.isSuspended {
                try epoll.remove(entry.number)
                watched[event.identifier]?.isSuspended = true
            }
            return true
        }
        entry.isRunning = true
        watched[event.identifier] = entry
        entry.handler(event.readiness)
        guard var after = watched[event.identifier] else { return true }
        after.isRunning = false
        if after.isSuspended {
            try epoll.add(after.number, after.interest, identifier: event.identifier)
            after.isSuspended = false
        }
        watched[event.identifier] = after
        return true
    }
}
