// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Waits until a container is in one of some states: what lxc-wait does.
package struct StateWaiter: Sendable {
    private let lxcPath: String
    private let name: String

    package init(lxcPath: String, name: String) {
        self.lxcPath = lxcPath
        self.name = name
    }

    /// Waits.
    ///
    /// - Parameters:
    ///   - states: Any of them ends the wait; one that holds already ends it at once.
    ///   - timeout: The longest wait; zero only looks, `nil` is for ever.
    /// - Returns: The state that was reached, or `nil` when the time was over first.
    /// - Throws: ``ControlError`` when the monitor refuses or cannot be trusted.
    package func wait(for states: Set<ContainerState>, timeout: Duration?) throws(ControlError) -> ContainerState? {
        let deadline = timeout.map { MonotonicInstant.now + $0 }
        // A container without a monitor has nothing that could wake us up: soon at first, then 20 times a second.
        var pause = Duration.milliseconds(2)
        while true {
            switch try look(for: states, until: deadline) {
            case .reached(let state): return state
            case .changed: pause = .milliseconds(2)
            case .absent: break
            }
            if let deadline, deadline.hasPassed { return nil }
            let next = MonotonicInstant.now + pause
            (deadline.map { min($0, next) } ?? next).sleep()
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    private enum Look {
        case reached(ContainerState)
        case absent
        /// The container is in another state now, or the time is over.
        case changed
    }

    private func look(for states: Set<ContainerState>, until deadline: MonotonicInstant?) throws(ControlError) -> Look {
        do throws(ControlError) {
            // A monitor that is alive answers in far less; with "-t 0" it must get the chance to.
            let limit = deadline.map { max($0.remaining, .milliseconds(200)) }
            let client = ControlClient(lxcPath: lxcPath, name: name, timeLimit: limit)
            switch try client.addStateClient(WantedStates(states)) {
            case .reached(let state): return .reached(state)
            case .waiting(let subscription):
                let state = try subscription.next(until: deadline)
                return states.contains(state) ? .reached(state) : .changed
            }
        } catch {
            switch error {
            case .stopped: return states.contains(.stopped) ? .reached(.stopped) : .absent
            case .timedOut: return .changed
            default: throw error
            }
        }
    }
}
