// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

extension ContainerFixture {
    /// Compiles an attacker, a small C program of `Tests/Attackers`; statically, so that it also runs inside a container.
    ///
    /// - Parameters:
    ///   - name: The file in `Tests/Attackers`, without its ending.
    ///   - path: Where the program goes; nil for the test's own folder, outside of every container.
    /// - Returns: The program's path.
    /// - Throws: ``FixtureFailure`` with what the compiler said.
    @discardableResult
    package func compile(_ name: String, to path: String? = nil) throws -> String {
        let program = path ?? "\(lxcpath)/.\(name)"
        let source = "\(TestInstallation.checkout)/Tests/Attackers/\(name).c"
        let result = try run(
            "/usr/bin/gcc", ["-O1", "-static", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-o", program, source], seconds: 120)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return program
    }

    /// Compiles and starts an attacker, waits until it has said "ready", and stops it at the end of the test.
    package func attack(_ name: String, _ arguments: [String]) throws -> BackgroundProgram { try background(compile(name), arguments) }
}

/// How often a race is run: a race that is won once in a thousand times needs thousands.
package enum RaceRounds {
    /// The number of rounds.
    ///
    /// - Parameters:
    ///   - few: For every day.
    ///   - many: With `LXC_TEST_RACES=full`; any other value of that variable is itself the number.
    /// - Returns: The rounds to run, at least 1.
    package static func count(few: Int, many: Int) -> Int {
        switch ProcessEnvironment.value("LXC_TEST_RACES") {
        case nil: few
        case "full": many
        case let text?: max(1, Int(text) ?? few)
        }
    }
}
