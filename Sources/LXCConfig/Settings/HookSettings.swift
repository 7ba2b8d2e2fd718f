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
    // One flat list: a dictionary of lists would cost every program that starts a tenth of a millisecond of type metadata.
    private var commands: [Command] = []

    private struct Command: Sendable, Equatable {
        let hook: Hook
        let text: Sourced<String>
    }

    package init() {}

    /// The commands of one hook in file order.
    package func commands(_ hook: Hook) -> [Sourced<String>] {
        var found: [Sourced<String>] = []
        for command in commands where command.hook == hook { found.append(command.text) }
        return found
    }

    /// Adds a command at the end of a hook's list.
    package mutating func append(_ command: Sourced<String>, to hook: Hook) { commands.append(Command(hook: hook, text: command)) }

    /// Forgets the commands of one hook.
    package mutating func clear(_ hook: Hook) { commands.removeAll { $0.hook == hook } }

    /// Forgets the commands of every hook.
    package mutating func clearAll() { commands = [] }
}
