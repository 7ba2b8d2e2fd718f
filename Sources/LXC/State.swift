// SPDX-License-Identifier: Apache-2.0
import LXCRuntime

extension Container {
    /// Where a container is in its life; the raw values are the words of the tools.
    public enum State: String, Sendable, CaseIterable {
        /// It does not run, or does not exist.
        case stopped = "STOPPED"
        /// It is being started.
        case starting = "STARTING"
        /// It runs.
        case running = "RUNNING"
        /// Its init has ended, and what it had is being taken away.
        case stopping = "STOPPING"
        /// Its start has failed.
        case aborting = "ABORTING"
        /// It is being frozen.
        case freezing = "FREEZING"
        /// Its processes get no processor time.
        case frozen = "FROZEN"
        /// It goes on after having been frozen; it runs then.
        case thawed = "THAWED"
    }
}

extension Container.State {
    init(_ state: ContainerState) {
        self =
            switch state {
            case .stopped: .stopped
            case .starting: .starting
            case .running: .running
            case .stopping: .stopping
            case .aborting: .aborting
            case .freezing: .freezing
            case .frozen: .frozen
            case .thawed: .thawed
            }
    }

    var onWire: ContainerState? { ContainerState(name: rawValue) }
}
