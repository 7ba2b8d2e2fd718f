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
    private var table: [Hook: [Sourced<String>]] = [:]

    package init() {}

    /// The commands of one hook in file order.
    package func commands(_ hook: Hook) -> [Sourced<String>] { table[hook] ?? [] }

    /// Adds a command at the end of a hook's list.
    package mutating func append(_ command: Sourced<String>, to hook: Hook) { table[hook, default: []].append(command) }

    /// Forgets the commands of one hook.
    package mutating func clear(_ hook: Hook) { table[hook] = nil }

    /// Forgets the commands of every hook.
    package mutating func clearAll() { table = [:] }
}
