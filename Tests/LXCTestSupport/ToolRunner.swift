// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Runs programs to their end, with captured output and a deadline.
package enum ToolRunner {
    /// Runs one program.
    ///
    /// Output goes to unlinked files, not to pipes: a supervisor that inherits them cannot keep the reader waiting.
    ///
    /// - Parameters:
    ///   - path: The program.
    ///   - arguments: The words after its name.
    ///   - environment: `NAME=VALUE` lines; nil for the tests' own.
    ///   - input: What its standard input gives.
    ///   - directory: Its working directory; nil for the tests' own.
    ///   - seconds: It is killed after this time, which is a ``FixtureFailure``.
    /// - Returns: What it did, whatever its status.
    /// - Throws: ``KernelError`` when it could not be started.
    package static func run(
        _ path: String, _ arguments: [String], environment: [String]? = nil, input: String = "", directory: String? = nil,
        seconds: Int32 = 20
    ) throws -> ToolResult {
        let standardInput = try scratch()
        try standardInput.writeAll(input.kernelBytes)
        // Opened anew, so that the program starts at the first byte.
        let reopenedInput = try OwnedDescriptor(opening: "/proc/self/fd/\(standardInput.number)", .readOnly)
        let output = try scratch()
        let error = try scratch()
        var launch = ProgramLaunch(.path(path), arguments: [path] + arguments, environment: environment ?? ProcessEnvironment.lines)
        launch.descriptors = [(from: reopenedInput.number, to: 0), (from: output.number, to: 1), (from: error.number, to: 2)]
        launch.directory = directory
        // Whoever started the tests may have left descriptors open; a tool must not get those.
        try Execution.closeOnExec(from: 3)
        let clock = ContinuousClock()
        let start = clock.now
        let child = try launch.start()
        let handle = try PidFD(child.pid)
        // The processor of the virtual machine is an emulated one.
        let slowness: Int32 = ProcessEnvironment.value("LXC_TEST_VM") == nil ? 1 : 10
        let ended = handle.waitForEnd(milliseconds: seconds * slowness * 1000)
        if !ended { try handle.send(9) }
        let status = try handle.collect()
        let duration = clock.now - start
        let result = ToolResult(
            command: ([path.split(separator: "/").last.map(String.init) ?? path] + arguments).joined(separator: " "),
            output: try content(of: output), error: try content(of: error), status: status, duration: duration)
        if !ended { throw FixtureFailure("not done after \(seconds) seconds\n\(result)") }
        return result
    }

    private static func scratch() throws(KernelError) -> OwnedDescriptor {
        // O_TMPFILE: a file without a name.
        try OwnedDescriptor(opening: "/tmp", [.readWrite, OpenFlags(rawValue: 0o20200000)], mode: 0o600)
    }

    private static func content(of file: borrowing OwnedDescriptor) throws(KernelError) -> String {
        try WholeFile.text("/proc/self/fd/\(file.number)", limit: 64 << 20)
    }
}
