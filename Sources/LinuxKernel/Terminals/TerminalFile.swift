// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Owner and mode of open terminals (or of any open file whose descriptor somebody else owns).
package enum TerminalFile {
    /// Kernel call: `fchmod(2)`.
    package static func setMode(_ number: Int32, _ mode: UInt32) throws(KernelError) {
        try kernelCommand("fchmod", "descriptor \(number)") { fchmod(number, mode) }
    }

    /// Kernel call: `fchown(2)`.
    package static func setOwner(_ number: Int32, user: UInt32, group: UInt32) throws(KernelError) {
        try kernelCommand("fchown", "descriptor \(number)") { fchown(number, user, group) }
    }

    /// Kernel call: `fstat(2)`.
    package static func status(_ number: Int32) throws(KernelError) -> FileStatus {
        var raw = stat()
        try kernelCommand("fstat", "descriptor \(number)") { fstat(number, &raw) }
        return FileStatus(raw)
    }
}
