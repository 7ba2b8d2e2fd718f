// SPDX-License-Identifier: Apache-2.0

/// The moments at which the user's programs run; raw values are the last word of `lxc.hook.*`.
package enum Hook: String, Sendable, CaseIterable {
    case preStart = "pre-start"
    case preMount = "pre-mount"
    case mount
    case autodev
    case start
    case startHost = "start-host"
    case stop
    case postStop = "post-stop"
    case clone
    case destroy
}

/// `lxc.hook.*`
package struct HookSettings: Sendable, Equatable {
    /// `lxc.hook.version`: 0 passes arguments, 1 passes the environment.
    package var version = 0
    // A list for each hook; a dictionary would cost every program that starts a tenth of a millisecond of metadata.
    private var lists = [[Sourced<String>]](repeating: [], count: Hook.allCases.count)

    package init() {}

    /// The commands of one hook in file order.
    package func commands(_ hook: Hook) -> [Sourced<String>] { lists[hook.position] }

    /// Adds a command at the end of a hook's list.
    package mutating func append(_ command: Sourced<String>, to hook: Hook) { lists[hook.position].append(command) }

    /// Forgets the commands of one hook.
    package mutating func clear(_ hook: Hook) { lists[hook.position] = [] }

    /// Forgets the commands of every hook.
    package mutating func clearAll() { self.lists = HookSettings().lists }
}

extension Hook {
    /// The place among all hooks.
    fileprivate var position: Int {
        switch self {
        case .preStart: 0
        case .preMount: 1
        case .mount: 2
        case .autodev: 3
        case .start: 4
        case .startHost: 5
        case .stop: 6
        case .postStop: 7
        case .clone: 8
        case .destroy: 9
        }
    }
}
