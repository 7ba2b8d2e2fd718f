// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Runs a helper program and keeps what it prints.
package enum ProgramOutput {
    /// What a program left behind.
    package struct Result: Sendable {
        /// Everything on its standard output.
        package let output: [UInt8]
        package let status: ExitStatus
    }

    /// Runs a program to its end; its standard input and standard error are `/dev/null`.
    ///
    /// - Parameters:
    ///   - path: The program; not searched in `PATH`.
    ///   - arguments: Its arguments, `argv[0]` included.
    ///   - environment: Its `NAME=VALUE` lines.
    ///   - limit: The most bytes of output that are accepted.
    ///   - milliseconds: How long it may take, more than zero; it is killed then.
    /// - Returns: What it printed, and how it ended.
    /// - Throws: ``KernelError``: the reason it could not be started, `.timedOut`, or `.fileTooLarge`.
    package static func of(
        _ path: String, arguments: [String], environment: [String], limit: Int, milliseconds: Int32
    ) throws(KernelError) -> Result {
        let pipe = try Pipe()
        let nothing = try OwnedDescriptor(opening: "/dev/null", .readWrite)
        var launch = ProgramLaunch(.path(path), arguments: arguments, environment: environment)
        launch.descriptors = [(from: nothing.number, to: 0), (from: pipe.writer.number, to: 1), (from: nothing.number, to: 2)]
        let child = try launch.start()
        let reading = pipe.closingWriter()
        // The number cannot go to another process before this child is collected.
        let handle = try PidFD(child.pid)
        let output: [UInt8]
        do throws(KernelError) {
            output = try readToEnd(reading, limit: limit, milliseconds: milliseconds, subject: path)
        } catch {
            try handle.send(SIGKILL)
            _ = try handle.collect()
            throw error
        }
        return Result(output: output, status: try handle.collect())
    }

    private static func readToEnd(
        _ pipe: borrowing OwnedDescriptor, limit: Int, milliseconds: Int32, subject: String
    ) throws(KernelError) -> [UInt8] {
        let end = now() + Int64(milliseconds)
        var output: [UInt8] = []
        while true {
            let left = Int32(clamping: max(0, end - now()))
            var entry = pollfd(fd: pipe.number, events: Int16(POLLIN), revents: 0)
            let ready = try kernelCall("poll", subject) { CLinux.poll(&entry, 1, left) }
            if ready == 0 {
                throw KernelError(call: "poll", errno: .timedOut, subject: subject, explanation: "\(subject) did not end in time")
            }
            let part = try pipe.read(upTo: 65536)
            if part.isEmpty { return output }
            output += part
            if output.count > limit { throw KernelError(call: "read", errno: .fileTooLarge, subject: subject) }
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
