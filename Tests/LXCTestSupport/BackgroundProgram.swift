// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A program that runs beside a test until the test stops it.
package final class BackgroundProgram: @unchecked Sendable {
    /// Its process number.
    package let pid: Int32
    private let handle: PidFD
    private let captured: OwnedDescriptor
    private var hasEnded = false

    init(_ path: String, _ arguments: [String]) throws {
        captured = try OwnedDescriptor(opening: "/tmp", [.readWrite, OpenFlags(rawValue: 0o20200000)], mode: 0o600)  // O_TMPFILE
        let input = try OwnedDescriptor(opening: "/dev/null", .readOnly)
        var launch = ProgramLaunch(.path(path), arguments: [path] + arguments, environment: ProcessEnvironment.lines)
        launch.descriptors = [(from: input.number, to: 0), (from: captured.number, to: 1), (from: captured.number, to: 2)]
        launch.diesWithParent = true
        try Execution.closeOnExec(from: 3)
        pid = try launch.start().pid
        handle = try PidFD(pid)
    }

    /// What it has printed so far.
    package var output: String {
        get throws { try WholeFile.text("/proc/self/fd/\(captured.number)", limit: 64 << 20) }
    }

    /// Lines of ``output``.
    package var lines: [String] { get throws { try output.split(separator: "\n").map(String.init) } }

    /// Whether it still runs; an attacker that gave up attacks nothing, so its test proves nothing.
    package var isRunning: Bool { !hasEnded && !handle.waitForEnd(milliseconds: 0) }

    /// Ends it.
    package func stop() throws {
        if hasEnded { return }
        hasEnded = true
        try handle.send(9)
        _ = try handle.collect()
    }
}

extension ContainerFixture {
    /// Starts a program, waits until it has said "ready", and stops it at the end of the test.
    package func background(_ path: String, _ arguments: [String]) throws -> BackgroundProgram {
        let program = try BackgroundProgram(path, arguments)
        atEnd("program \(path)") { try program.stop() }
        guard try eventually({ try program.output.hasPrefix("ready\n") || !program.isRunning }), program.isRunning else {
            throw FixtureFailure("\(path) did not begin: \(try program.output)")
        }
        return program
    }
}
