// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A program in the kernel that decides which devices the processes of a cgroup (version 2) may make and open.
///
/// Kernel call: `bpf(2)` `BPF_PROG_TYPE_CGROUP_DEVICE`, Linux 4.15; replacing one in place, 5.6.
package struct DeviceProgram: Sendable {
    private let descriptor: SharedDescriptor

    /// Loads a program.
    ///
    /// - Parameter instructions: An array of `struct bpf_insn`, 8 bytes each.
    /// - Throws: ``KernelError``; `.notPermitted` without `CAP_BPF` or `CAP_SYS_ADMIN`.
    package init(_ instructions: [UInt8]) throws(KernelError) {
        guard instructions.count.isMultiple(of: 8), let count = UInt32(exactly: instructions.count / 8) else {
            throw KernelError(call: "bpf", errno: .invalidArgument, subject: "\(instructions.count) bytes")
        }
        let number = try kernelCall("bpf", "device program") {
            instructions.withUnsafeBytes { clinux_load_device_program($0.baseAddress, count) }
        }
        descriptor = SharedDescriptor(OwnedDescriptor(owning: number))
    }

    /// Puts the program on a cgroup and everything below it; it stays there as long as the cgroup does.
    ///
    /// - Parameters:
    ///   - cgroup: Its directory.
    ///   - replaced: A program on the cgroup whose place this one takes, at once; nil to add it.
    /// - Throws: ``KernelError``
    package func attach(to cgroup: borrowing OwnedDescriptor, replacing replaced: DeviceProgram?) throws(KernelError) {
        let number = cgroup.number
        let (own, old) = (descriptor.number, replaced?.descriptor.number ?? -1)
        try kernelCommand("bpf", "device program") { clinux_attach_device_program(number, own, old) }
    }
}
