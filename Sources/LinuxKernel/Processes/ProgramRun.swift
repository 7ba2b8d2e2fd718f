// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Runs a helper program that gets input and explains itself on standard error.
///
/// Its streams are files in memory, not pipes: a daemon that the program leaves behind cannot keep the caller waiting by holding one open.
package enum ProgramRun {
    /// What a program left behind.
    package struct Result: Sendable {
        package let output: [UInt8]
        package let error: [UInt8]
        package let status: ExitStatus

        /// Whether it ended with status 0.
        package var isSuccess: Bool { status == .exited(0) }
    }

    /// Runs a program to its end; it does not outlive the caller.
    ///
    /// - Parameters:
    ///   - path: The program; not searched in `PATH`.
    ///   - arguments: Its arguments, `argv[0]` included.
    ///   - environment: Its `NAME=VALUE` lines.
    ///   - input: What its standard input gives.
    ///   - milliseconds: How long it may take, more than zero; it is killed then.
    ///   - descriptors: What it gets besides the standard streams: the caller's number, and its own from 3 on.
    /// - Returns: What it printed, at most 64 MiB a stream, and how it ended.
    /// - Throws: ``KernelError``: the reason it could not be started, or `.timedOut`.
    package static func of(
        _ path: String, arguments: [String], environment: [String], input: [UInt8] = [], milliseconds: Int32,
        descriptors: [(from: Int32, to: Int32)] = []
    ) throws(KernelError) -> Result {
        let given = try MemoryFile.make("input", input)
        // Opened anew, so that the program starts at the first byte.
        let reading = try OwnedDescriptor(opening: "/proc/self/fd/\(given.number)", .readOnly)
        let output = try MemoryFile.empty("output")
        let error = try MemoryFile.empty("error")
        var launch = ProgramLaunch(.path(path), arguments: arguments, environment: environment)
        launch.descriptors = [(from: reading.number, to: 0), (from: output.number, to: 1), (from: error.number, to: 2)] + descriptors
        launch.diesWithParent = true
        let child = try launch.start()
        // The number cannot go to another process before this child is collected.
        let handle = try PidFD(child.pid)
        guard handle.waitForEnd(milliseconds: milliseconds) else {
            try handle.send(SIGKILL)
            _ = try handle.collect()
            throw KernelError(call: "poll", errno: .timedOut, subject: path, explanation: "\(path) did not end in time")
        }
        let status = try handle.collect()
        return Result(output: try MemoryFile.content(of: output), error: try MemoryFile.content(of: error), status: status)
    }
}
