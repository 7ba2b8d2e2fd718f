// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The ttys that lxc-console can use, and who holds which.
struct TerminalTable {
    private var controllers: [SharedDescriptor] = []
    private var held: Set<Int> = []

    mutating func fill(_ controllers: [SharedDescriptor]) {
        self.controllers = controllers
        held = []
    }

    /// Takes a terminal.
    ///
    /// - Parameter wanted: 1 and up, or -1 for the lowest free one.
    /// - Returns: Its number and controlling end; nil when there is none, or somebody holds it.
    mutating func take(_ wanted: Int) -> (number: Int, controller: SharedDescriptor)? {
        guard !controllers.isEmpty else { return nil }
        let number = wanted == -1 ? (1...controllers.count).first { !held.contains($0) } : wanted
        guard let number, number >= 1, number <= controllers.count, held.insert(number).inserted else { return nil }
        return (number, controllers[number - 1])
    }

    mutating func release(_ number: Int) { held.remove(number) }
}
