// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// `lxc.proc.*`: files that a process has in `/proc`.
enum ProcessFiles {
    /// Writes the values, in their order.
    ///
    /// `pid`: of a process that waits for this one.
    static func apply(_ values: [NamedValue], to pid: Int32) throws(OperationFailure) {
        for value in values {
            try attempting("cannot set /proc/PID/\(value.name) to \(value.value)", key: "lxc.proc.\(value.name)", origin: value.origin) {
                () throws(KernelError) in
                guard !value.name.contains("/") else {
                    throw KernelError(
                        call: "open", errno: .invalidArgument, subject: value.name,
                        explanation: "only files directly in /proc/PID can be set")
                }
                try WholeFile.writeControl("/proc/\(pid)/\(value.name)", value.value)
            }
        }
    }
}
