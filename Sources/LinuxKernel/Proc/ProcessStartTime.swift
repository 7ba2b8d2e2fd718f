// SPDX-License-Identifier: Apache-2.0

/// When a process started, in clock ticks since the machine did: with its number, the identity of a process.
///
/// See: `proc_pid_stat(5)`, field 22.
package struct ProcessStartTime: Sendable, Equatable, Hashable {
    package let ticks: UInt64

    /// Takes a stored value.
    package init(ticks: UInt64) { self.ticks = ticks }

    /// Reads the text of `/proc/PID/stat`; nil when it does not follow the format.
    ///
    /// The second field is the program's name in parentheses and may hold blanks, parentheses and newlines itself, so the fields
    /// count from the last closing parenthesis.
    package init?(parsing bytes: [UInt8]) {
        guard let close = bytes.lastIndex(of: 0x29) else { return nil }
        let fields = bytes[(close + 1)...].split(whereSeparator: { $0 == 0x20 || $0 == 0x0A })
        // The first field after the name is number 3.
        guard fields.count > 19, let ticks = UInt64(String(kernelBytes: fields[19])) else { return nil }
        self.ticks = ticks
    }

    /// Start time of a process.
    ///
    /// - Parameter pid: The process, in the pid namespace of the mounted `/proc`.
    /// - Returns: Nil when the kernel's text is not understood.
    /// - Throws: ``KernelError``; `.noSuchFileOrDirectory` or `.noSuchProcess` when the process is gone.
    package static func read(pid: Int32) throws(KernelError) -> ProcessStartTime? {
        ProcessStartTime(parsing: try WholeFile.read("/proc/\(pid)/stat", limit: 1 << 20))
    }
}
