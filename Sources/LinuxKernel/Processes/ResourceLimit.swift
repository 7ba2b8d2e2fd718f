// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The limits of getrlimit(2).
package enum ResourceLimit {
    /// Kernel numbers by the names that configurations use.
    package static let numbers: [(name: String, number: Int32)] = [
        ("as", 9), ("core", 4), ("cpu", 0), ("data", 2), ("fsize", 1), ("locks", 10), ("memlock", 8), ("msgqueue", 12), ("nice", 13),
        ("nofile", 7), ("nproc", 6), ("rss", 5), ("rtprio", 14), ("rttime", 15), ("sigpending", 11), ("stack", 3),
    ]

    /// Sets a limit of a process.
    ///
    /// `pid`: 0 for the caller.
    /// `soft`: `UInt64.max` for no limit.
    ///
    /// Kernel call: `prlimit(2)`.
    package static func set(_ resource: Int32, soft: UInt64, hard: UInt64, of pid: Int32) throws(KernelError) {
        try kernelCommand("prlimit", "limit \(resource)") { clinux_prlimit(pid, resource, soft, hard) }
    }

    /// Lets the caller have as many open files as it may allow itself, for a program that watches many; where that fails, the limit stays.
    ///
    /// Kernel call: `setrlimit(2)`.
    package static func raiseOpenFiles() { _ = clinux_raise_open_files() }
}
