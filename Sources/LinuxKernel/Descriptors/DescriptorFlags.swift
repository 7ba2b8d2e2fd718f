// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Status flags of open files.
package enum DescriptorFlags {
    /// Kernel call: `fcntl(2)` `F_SETFL`.
    package static func setNonBlocking(_ number: Int32) throws(KernelError) {
        let flags = try kernelCall("fcntl", "descriptor \(number)") { clinux_fcntl(number, F_GETFL, 0) }
        try kernelCommand("fcntl", "descriptor \(number)") { clinux_fcntl(number, F_SETFL, flags | O_NONBLOCK) }
    }
}

extension OwnedDescriptor {
    /// Writes once and says how much was taken.
    package func writeSome(_ bytes: [UInt8]) throws(KernelError) -> Int {
        let number = number
        return try kernelCall("write", "descriptor \(number)") { CLinux.write(number, bytes, bytes.count) }
    }
}

extension DescriptorFlags {
    /// Kernel call: `fcntl(2)` `F_SETFD`.
    package static func setCloseOnExec(_ number: Int32) throws(KernelError) {
        try kernelCommand("fcntl", "descriptor \(number)") { clinux_fcntl(number, F_SETFD, FD_CLOEXEC) }
    }
}

extension DescriptorFlags {
    /// Makes another number refer to the same open file; it survives exec. Kernel call: `dup3(2)`.
    package static func move(_ number: Int32, to target: Int32) throws(KernelError) {
        try kernelCommand("dup3", "descriptor \(target)") { clinux_dup3(number, target, 0) }
    }

    /// Closes a descriptor whose owner lives in another copy of the process.
    package static func close(_ number: Int32) { _ = CLinux.close(number) }
}
