// SPDX-License-Identifier: Apache-2.0
import CLinux

extension OwnedDescriptor {
    /// Changes the owner of this open file, which takes its set-id bits and capabilities away. Kernel call: `fchown(2)`.
    package func setOwner(_ user: UInt32, _ group: UInt32) throws(KernelError) {
        let number = number
        try kernelCommand("fchown", "descriptor \(number)") { fchown(number, user, group) }
    }

    /// Sets both times of this open file. Kernel call: `futimens(2)`.
    package func setTimes(_ times: FileDetails.Times) throws(KernelError) {
        let number = number
        var pair = (times.accessed.raw, times.modified.raw)
        try withUnsafePointer(to: &pair) { (pointer) throws(KernelError) in
            try pointer.withMemoryRebound(to: timespec.self, capacity: 2) { (raw) throws(KernelError) in
                try kernelCommand("utimensat", "descriptor \(number)") { futimens(number, raw) }
            }
        }
    }

    /// Changes the owner of an entry of this directory, of a link itself. Kernel call: `fchownat(2)`.
    package func setOwner(of name: EntryName, _ user: UInt32, _ group: UInt32) throws(KernelError) {
        let number = number
        try kernelCommand("fchownat", name.text) { name.withPointer { fchownat(number, $0, user, group, AT_SYMLINK_NOFOLLOW) } }
    }

    /// Sets the permission bits of an entry that is no link, in a directory that nobody else can change. Kernel call: `fchmodat(2)`.
    package func setPermissions(of name: EntryName, _ mode: UInt32) throws(KernelError) {
        let number = number
        try kernelCommand("fchmodat", name.text) { name.withPointer { fchmodat(number, $0, mode, 0) } }
    }

    /// Sets both times of an entry, of a link itself. Kernel call: `utimensat(2)`.
    package func setTimes(of name: EntryName, _ times: FileDetails.Times) throws(KernelError) {
        let number = number
        var pair = (times.accessed.raw, times.modified.raw)
        try withUnsafePointer(to: &pair) { (pointer) throws(KernelError) in
            try pointer.withMemoryRebound(to: timespec.self, capacity: 2) { (raw) throws(KernelError) in
                try kernelCommand("utimensat", name.text) { name.withPointer { utimensat(number, $0, raw, AT_SYMLINK_NOFOLLOW) } }
            }
        }
    }
}
