// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// A program that runs while the test goes on; what it prints is kept.
package final class BackgroundProgram: @unchecked Sendable {
    /// Its process number, which nobody else has until its end is collected.
    package let pid: Int32
    private let handle: PidFD
    private let captured: OwnedDescriptor
    private let command: String
    private var status: ExitStatus?

    init(_ path: String, _ arguments: [String], environment: [String]) throws {
        let null = try OwnedDescriptor(opening: "/dev/null", .readOnly)
        // O_TMPFILE: a file without a name.
        captured = try OwnedDescriptor(opening: "/tmp", [.readWrite, OpenFlags(rawValue: 0o20200000)], mode: 0o600)
        command = ([path] + arguments).joined(separator: " ")
        var launch = ProgramLaunch(.path(path), arguments: [path] + arguments, environment: environment)
        launch.descriptors = [(from: null.number, to: 0), (from: captured.number, to: 1), (from: captured.number, to: 2)]
        launch.diesWithParent = true
        try Execution.closeOnExec(from: 3)
        pid = try launch.start().pid
        handle = try PidFD(pid)
    }

    /// What it has printed so far, on both streams.
    package var output: String {
        get throws { try WholeFile.text("/proc/self/fd/\(captured.number)", limit: 64 << 20) }
    }

    /// Lines of ``output``.
    package var lines: [String] { get throws { try output.split(separator: "\n").map(String.init) } }

    /// Whether it still runs; an attacker that gave up attacks nothing, so its test proves nothing.
    package var isRunning: Bool { status == nil && !handle.waitForEnd(milliseconds: 0) }

    /// Sends SIGKILL; one that has ended already is left alone.
    package func kill() throws {
        guard status == nil else { return }
        do { try handle.send(9) } catch { if error.errno != .noSuchProcess { throw error } }
    }

    /// Ends it.
    package func stop() throws {
        try kill()
        try wait()
    }

    /// Waits for its end.
    ///
    /// - Parameter seconds: It is killed after this time.
    /// - Returns: Its status.
    /// - Throws: ``FixtureFailure`` when it had to be killed.
    @discardableResult
    package func wait(seconds: Int32 = 20) throws -> ExitStatus {
        if let status { return status }
        let ended = handle.waitForEnd(milliseconds: seconds * 1000)
        if !ended { try handle.send(9) }
        let status = try handle.collect()
        self.status = status
        guard ended else { throw FixtureFailure("not done after \(seconds) seconds: \(command)\n\(try output)") }
        return status
    }
}

extension ContainerFixture {
    /// Starts a program, waits until it has said "ready", and stops it at the end of the test.
    package func background(_ path: String, _ arguments: [String]) throws -> BackgroundProgram {
        let program = try BackgroundProgram(path, arguments, environment: ProcessEnvironment.lines)
        atEnd("program \(path)") { try program.stop() }
        guard try eventually({ try program.output.hasPrefix("ready\n") || !program.isRunning }), program.isRunning else {
            throw FixtureFailure("\(path) did not begin: \(try program.output)")
        }
        return program
    }
}
