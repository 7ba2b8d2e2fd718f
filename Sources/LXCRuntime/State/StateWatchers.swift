// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Which states a client waits for: the 32-byte payload of ADD_STATE_CLIENT.
package struct WantedStates: Sendable, Hashable {
    /// Size on the wire in bytes.
    package static let size = 32
    private static let futureOnly: Int32 = 2

    private var flags = [Int32](repeating: 0, count: ContainerState.allCases.count)

    /// Wants some states.
    ///
    /// - Parameter states: Those that are wanted, also when they hold already.
    package init(_ states: Set<ContainerState>) {
        for state in states { flags[Int(state.rawValue)] = 1 }
    }

    /// Wants RUNNING as a change yet to come; such a wish survives a reboot of the container.
    package static var nextRunning: WantedStates {
        var wanted = WantedStates([])
        wanted.flags[Int(ContainerState.running.rawValue)] = futureOnly
        return wanted
    }

    /// Reads the payload; `nil` when its size is wrong.
    package init?(decoding bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        let reader = WireReader(bytes)
        for index in flags.indices { flags[index] = reader.integer(at: index * 4) ?? 0 }
    }

    /// The payload.
    package var encoded: [UInt8] {
        var writer = WireWriter(size: Self.size)
        for (index, flag) in flags.enumerated() { writer.put(flag, at: index * 4) }
        return writer.bytes
    }

    /// Whether a state that holds already is an answer.
    package func isSatisfied(by state: ContainerState) -> Bool { flag(state) == 1 }

    /// Whether a change to this state is an answer.
    package func isSatisfied(byChangeTo state: ContainerState) -> Bool { flag(state) != 0 }

    /// Whether the wish outlives a reboot.
    package var survivesReboot: Bool { flag(.running) == Self.futureOnly }

    private func flag(_ state: ContainerState) -> Int32 { flags[Int(state.rawValue)] }
}

/// A client that waits for a state, as the registrations see it.
package protocol StateWatcher: AnyObject {
    /// Sends the one message and ends the connection.
    func deliver(_ message: StateMessage)
    /// Ends the connection without a message, which the client reads as STOPPED.
    func dismiss()
}

/// The clients that wait for states of one container.
package final class StateWatchers {
    private struct Registration {
        let identifier: UInt64
        let wanted: WantedStates
        let watcher: any StateWatcher
    }

    private var registrations: [Registration] = []

    package init() {}

    /// How many wait.
    package var count: Int { registrations.count }

    /// Puts a client on the list.
    package func register(_ watcher: any StateWatcher, identifier: UInt64, wanted: WantedStates) {
        registrations.append(Registration(identifier: identifier, wanted: wanted, watcher: watcher))
    }

    /// Takes a client off the list, for example because it hung up.
    package func remove(_ identifier: UInt64) { registrations.removeAll { $0.identifier == identifier } }

    /// Tells a change to everybody who waits for it; they are off the list then.
    package func announce(_ state: ContainerState, of name: String) {
        let reached = take { $0.isSatisfied(byChangeTo: state) }
        let message = StateMessage(name: name, event: .state(state))
        for registration in reached { registration.watcher.deliver(message) }
    }

    /// Ends the registrations of a run that is over; before a reboot those that wait for the next RUNNING stay.
    package func endRun(rebooting: Bool) {
        for registration in take({ !(rebooting && $0.survivesReboot) }) { registration.watcher.dismiss() }
    }

    // Taken off first: a watcher that is told may come back with a change of the list.
    private func take(_ isTaken: (WantedStates) -> Bool) -> [Registration] {
        let taken = registrations.filter { isTaken($0.wanted) }
        registrations.removeAll { isTaken($0.wanted) }
        return taken
    }
}
