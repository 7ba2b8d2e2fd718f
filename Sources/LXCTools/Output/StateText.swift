// SPDX-License-Identifier: Apache-2.0

/// The state of a container as the tools print and read it; the raw values are C LXC's words.
package enum StateText: String, Sendable, CaseIterable {
    case stopped = "STOPPED"
    case starting = "STARTING"
    case running = "RUNNING"
    case stopping = "STOPPING"
    case aborting = "ABORTING"
    case freezing = "FREEZING"
    case frozen = "FROZEN"
    case thawed = "THAWED"
}
