// SPDX-License-Identifier: Apache-2.0
import LXCConfig

/// Which containers `lxc-autostart` deals with, in which order.
package struct AutostartPlan: Sendable, Equatable {
    /// What is done at a time.
    package private(set) var steps: [AutostartStep] = []
    /// Containers of which nobody knows whether they were meant, because their configuration cannot be read.
    package private(set) var unreadable: [AutostartCandidate] = []

    /// All containers of ``steps``, in order.
    package var containers: [AutostartCandidate] { steps.flatMap { $0.containers } }

    /// Chooses and orders.
    ///
    /// - Parameters:
    ///   - request: What the command line asks for.
    ///   - candidates: All containers, sorted by their names.
    ///   - highestFirst: Whether a higher `lxc.start.order` starts earlier.
    package init(_ request: AutostartRequest, _ candidates: [AutostartCandidate], highestFirst: Bool) {
        let starts = request.action == .start
        var rest = candidates.filter { $0.isRunning != starts }
        if starts {
            unreadable = rest.filter { $0.failure != nil }
            rest.removeAll { $0.failure != nil }
        }
        if !request.ignoresAuto { rest.removeAll { !$0.settings.auto } }
        switch request.choice {
        case .all: add(rest, request, highestFirst)
        case .groups(let groups):
            for group in groups {
                add(rest.filter { Self.isMember($0, group) }, request, highestFirst)
                rest.removeAll { Self.isMember($0, group) }
            }
        }
    }

    /// The group without a name is that of the containers that are in none.
    private static func isMember(_ candidate: AutostartCandidate, _ group: String) -> Bool {
        group.isEmpty ? candidate.settings.groups.isEmpty : candidate.settings.groups.contains(group)
    }

    private mutating func add(_ members: [AutostartCandidate], _ request: AutostartRequest, _ highestFirst: Bool) {
        // Candidates come sorted by name, and of the same order they stay so: the place decides where the order does not.
        var places = members.indices.map { (order: members[$0].settings.order, place: $0) }
        places.sort { left, right in
            if left.order != right.order { return highestFirst ? left.order > right.order : left.order < right.order }
            return left.place < right.place
        }
        // What was started first is needed longest.
        if request.action == .shutdown || request.action == .kill { places.reverse() }
        var last: Int?
        for (order, place) in places {
            let member = members[place]
            let delay = request.action.waitsAfterwards ? member.settings.delay : 0
            // Who is waited for comes alone: only then is the pause after him all his.
            if delay == 0, last == order, !steps.isEmpty {
                steps[steps.count - 1].containers.append(member)
            } else {
                steps.append(AutostartStep(containers: [member], delay: delay))
            }
            last = delay == 0 ? order : nil
        }
    }
}
