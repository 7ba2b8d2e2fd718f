// SPDX-License-Identifier: Apache-2.0
import CLinux

extension DescriptorFlags {
    /// Another descriptor of an open file that somebody else owns; close-on-exec, never 0, 1 or 2.
    ///
    /// Kernel call: `fcntl(2)` `F_DUPFD_CLOEXEC`.
    package static func duplicate(_ number: Int32) throws(KernelError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try kernelCall("fcntl", "descriptor \(number)") { clinux_fcntl(number, F_DUPFD_CLOEXEC, 3) })
    }
}
