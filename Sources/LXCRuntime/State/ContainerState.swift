// SPDX-License-Identifier: Apache-2.0

/// Where a container is in its life; the raw values are the numbers on the wire.
package enum ContainerState: Int32, Sendable, Hashable, CaseIterable {
    case stopped = 0
    case starting = 1
    case running = 2
    case stopping = 3
    case aborting = 4
    case freezing = 5
    case frozen = 6
    case thawed = 7

    /// The number that means "none of them" in answers.
    package static let none: Int32 = 8

    /// The name as tools print and accept it, for example `RUNNING`.
    package var name: String {
        switch self {
        case .stopped: "STOPPED"
        case .starting: "STARTING"
        case .running: "RUNNING"
        case .stopping: "STOPPING"
        case .aborting: "ABORTING"
        case .freezing: "FREEZING"
        case .frozen: "FROZEN"
        case .thawed: "THAWED"
        }
    }

    /// The state that a name stands for; capitals only, as in the tools' command lines.
    package init?(name: String) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }
}
