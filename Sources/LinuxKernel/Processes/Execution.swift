// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Replacing the running program.
package enum Execution {
    /// Executes a program by path; returns only by throwing.
    ///
    /// Kernel call: `execve(2)`.
    package static func replace(path: String, arguments: [String], environment: [String]) throws(KernelError) {
        try kernelCommand("execve", path) {
            path.withKernelString { path in
                withCStrings(arguments) { arguments in withCStrings(environment) { execve(path, arguments, $0) } }
            }
        }
    }

    /// Executes an open program; returns only by throwing.
    ///
    /// Kernel call: `execveat(2)` with `AT_EMPTY_PATH`. A script cannot be executed this way through a close-on-exec descriptor.
    package static func replace(
        descriptor: Int32, label: String, arguments: [String], environment: [String]
    ) throws(KernelError) {
        try kernelCommand("execveat", label) {
            withCStrings(arguments) { arguments in
                withCStrings(environment) { clinux_execveat(descriptor, "", arguments, $0, 0x1000) }
            }
        }
    }

    /// Marks every descriptor from `first` on close-on-exec.
    ///
    /// Kernel call: `close_range(2)` with `CLOSE_RANGE_CLOEXEC`, Linux 5.11.
    package static func closeOnExec(from first: UInt32) throws(KernelError) {
        try kernelCommand("close_range", "descriptors from \(first)") { clinux_close_range(first, UInt32.max, 4) }
    }

    /// Closes every descriptor from `first` to `last`.
    ///
    /// Kernel call: `close_range(2)`, Linux 5.9.
    package static func close(from first: UInt32, to last: UInt32 = .max) throws(KernelError) {
        try kernelCommand("close_range", "descriptors from \(first)") { clinux_close_range(first, last, 0) }
    }
}

/// The environment of the running program.
package enum ProcessEnvironment {
    /// All `NAME=VALUE` lines, losslessly.
    package static var lines: [String] {
        var lines: [String] = []
        guard var entry = clinux_environment() else { return [] }
        while let line = entry.pointee {
            lines.append(
                String(
                    kernelBytes: UnsafeBufferPointer(start: UnsafeRawPointer(line).assumingMemoryBound(to: UInt8.self), count: strlen(line))
                ))
            entry += 1
        }
        return lines
    }

    /// The value of one variable.
    package static func value(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        return String(
            kernelBytes: UnsafeBufferPointer(start: UnsafeRawPointer(value).assumingMemoryBound(to: UInt8.self), count: strlen(value)))
    }

    /// Forgets every variable; what is executed later has only what it is given.
    package static func clear() { clinux_clear_environment() }

    /// Sets or (with nil) removes a variable of this process.
    package static func set(_ name: String, _ value: String?) {
        name.withKernelString { name in
            if let value { _ = value.withKernelString { setenv(name, $0, 1) } } else { _ = unsetenv(name) }
        }
    }
}

extension Execution {
    /// Closes every descriptor above the standard streams but some.
    package static func closeAll(except kept: [Int32]) throws(KernelError) {
        var first: UInt32 = 3
        for number in kept.sorted() where number >= 3 {
            let number = UInt32(number)
            if number > first { try close(from: first, to: number - 1) }
            first = number + 1
        }
        try close(from: first)
    }

    /// Lets one descriptor survive exec. Kernel call: `fcntl(2)` `F_SETFD`.
    package static func keep(_ number: Int32) throws(KernelError) {
        try kernelCommand("fcntl", "descriptor \(number)") { clinux_fcntl(number, F_SETFD, 0) }
    }
}
